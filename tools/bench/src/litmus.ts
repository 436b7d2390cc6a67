import { judge, modelNamed, type Observation, parseLitmus } from '@pagerace/litmus';
import { links, rcuRing, uniformRing } from './litmus-chains.js';
import { head, row } from './table.js';

/** A family of tests of any number of threads, and the verdict that every one of them has. */
interface Family {
  readonly name: string;
  readonly expected: Observation;
  readonly test: (threads: number) => string;
}

const fewer = (threads: number): number => Math.floor(threads / 2);

const families: readonly Family[] = [
  {
    name: 'RCU',
    expected: 'Never',
    test: (threads) => rcuRing(fewer(threads), threads - fewer(threads)),
  },
  {
    name: 'RCU',
    expected: 'Sometimes',
    test: (threads) => rcuRing(threads - fewer(threads), fewer(threads)),
  },
  { name: 'locks', expected: 'Never', test: (threads) => uniformRing(links.locked, threads) },
  {
    name: 'locks',
    expected: 'Sometimes',
    test: (threads) => uniformRing(links.locked, threads, links.unordered),
  },
  {
    name: 'release, acquire',
    expected: 'Never',
    test: (threads) => uniformRing(links.acquireRelease, threads),
  },
  {
    name: 'release, acquire',
    expected: 'Sometimes',
    test: (threads) => uniformRing(links.acquireRelease, threads, links.unordered),
  },
];

const sizes = [3, 5, 7, 9, 11, 13, 15, 17, 19];

/** The median of some runs, in milliseconds, from text to verdict. */
function milliseconds({ name, expected, test }: Family, threads: number): number {
  const text = test(threads);
  const times = Array.from({ length: 5 }, () => {
    const begun = performance.now();
    const { observation } = judge(parseLitmus(text), modelNamed('lkmm'), { verdictOnly: true });
    if (observation !== expected) {
      throw new Error(`${name}, ${String(threads)} threads: ${observation}, not ${expected}`);
    }
    return performance.now() - begun;
  });
  return times.sort((a, b) => a - b)[2]!;
}

// What comes first would be compiled on the way.
for (const family of families) milliseconds(family, 5);
console.log(head([], ['threads', ...families.map(({ name, expected }) => `${name}: ${expected}`)]));
for (const threads of sizes) {
  const times = families.map((family) => milliseconds(family, threads).toFixed(1));
  console.log(row([String(threads), ...times]));
}
