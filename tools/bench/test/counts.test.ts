import { enumerate, explore, type Setup } from '@pagerace/explorer';
import { sc, tso } from '@pagerace/memory-models';
import { describe, expect, test } from 'vitest';
import * as programs from '../src/programs.js';

/**
 * The number of complete execution graphs (program order, reads-from, and a total coherence order of each
 * location) of each family of programs, as GenMC 0.11 finds it.
 */
interface Family {
  readonly name: string;
  readonly setup: (size: number) => Setup;
  /** Undefined where no number is known. */
  readonly count: (size: number, model: 'sc' | 'tso') => number | undefined;
  /** Sizes for which running every interleaving is quick. */
  readonly small: readonly number[];
  /** Further sizes that only an exploration can take. */
  readonly large: readonly number[];
}

function factorial(n: number): number {
  return n <= 1 ? 1 : n * factorial(n - 1);
}

const rotations = [2, 5, 14, 43, 144, 523, 2048, 8597];
const coherences = [4, 15, 130, 2028];

const families: readonly Family[] = [
  {
    name: 'sb ring',
    setup: programs.sb,
    count: (n, model) => (model === 'sc' ? 2 ** n - 1 : 2 ** n),
    small: [2, 3, 4, 5],
    large: [8, 11],
  },
  {
    name: 'lb ring',
    setup: programs.lb,
    count: (n) => 2 ** n - 1,
    small: [2, 3, 4, 5],
    large: [8, 11],
  },
  {
    name: 'mp',
    setup: (n) => programs.mp(n),
    count: (n) => 3 ** n,
    small: [1, 2, 3, 4],
    large: [6, 8],
  },
  {
    name: '2+2W ring',
    setup: programs.twoPlusTwoWrites,
    count: (n) => 2 ** n - 1,
    small: [2, 3, 4],
    large: [8, 11],
  },
  {
    name: 'readers',
    setup: programs.readers,
    count: (n) => 2 ** n,
    small: [1, 2, 5, 7],
    large: [9, 12],
  },
  {
    name: 'CoA',
    setup: (n) => programs.coA(n),
    count: (n, model) => (model === 'sc' ? coherences[n - 1] : undefined),
    small: [1, 2, 3],
    large: [4],
  },
  // No thread reads after it has written: tso adds nothing.
  { name: 'big0', setup: () => programs.big0(), count: () => 69_112, small: [], large: [0] },
  {
    name: 'ainc',
    setup: (n) => programs.ainc(n),
    count: factorial,
    small: [1, 2, 3, 4, 5],
    large: [6, 7],
  },
  {
    name: 'ainc, twice each',
    setup: (n) => programs.ainc(n, 2),
    count: (n) => factorial(2 * n) / factorial(2) ** n,
    small: [2, 3],
    large: [4],
  },
  {
    name: 'ainc, three times each',
    setup: (n) => programs.ainc(n, 3),
    count: (n) => factorial(3 * n) / factorial(3) ** n,
    small: [2],
    large: [3],
  },
  {
    name: 'inc',
    setup: programs.inc,
    count: (n) => factorial(n) ** 2,
    small: [2, 3],
    large: [4, 5],
  },
  { name: 'cas', setup: programs.cas, count: (n) => n, small: [2, 3, 4, 5], large: [7, 9] },
  {
    name: 'casrot',
    setup: programs.casrot,
    count: (n) => rotations[n - 2],
    small: [2, 3, 4, 5, 6],
    large: [7, 8, 9],
  },
  {
    name: 'lastzero',
    setup: programs.lastzero,
    count: (n) => (n + 3) * 2 ** (n - 2),
    small: [2, 3, 4],
    large: [6, 8, 10],
  },
  {
    name: 'indexer',
    setup: programs.indexer,
    count: (n) => (n < 12 ? 1 : 8 ** (n - 11)),
    small: [2, 3],
    large: [11, 12, 13, 14],
  },
  {
    name: 'fib_bench',
    setup: (n) => programs.fibBench(n),
    count: (n, model) => (model === 'sc' && n === 5 ? 218_243 : undefined),
    small: [],
    large: [5],
  },
  {
    name: 'lockinc',
    setup: programs.lockinc,
    count: factorial,
    small: [2, 3, 4, 5],
    large: [6, 7],
  },
  {
    name: 'ticketlock',
    setup: programs.ticketlock,
    count: factorial,
    small: [2, 3, 4],
    large: [5, 6],
  },
  {
    name: 'spinlock',
    setup: programs.spinlock,
    count: (n) => factorial(n) ** 2,
    small: [2, 3],
    large: [4],
  },
];

/** Families of one size, or of no formula: the counts by size. */
function listed(
  name: string,
  setup: (size: number) => Setup,
  counts: Readonly<Record<number, number | readonly [sc: number, tso: number]>>,
  small: readonly number[],
): Family {
  const sizes = Object.keys(counts).map(Number);
  return {
    name,
    setup,
    count: (size, model) => {
      const count = counts[size]!;
      return typeof count === 'number' ? count : count[model === 'sc' ? 0 : 1];
    },
    small,
    large: sizes.filter((size) => !small.includes(size)),
  };
}

// As GenMC's own tests expect them.
const further: readonly Family[] = [
  listed('binc', (n) => programs.incrementAll(n, 2), { 2: 4, 3: 36, 4: 576 }, [2, 3]),
  listed('cinc', (n) => programs.incrementAll(n, 3), { 2: 8, 3: 216, 4: 13_824 }, [2]),
  listed('casw', programs.casw, { 2: 6, 3: 66, 4: 1200, 5: 32_880 }, [2, 3]),
  listed('wcas', programs.wcas, { 2: 5, 3: 13, 4: 33, 5: 81, 6: 193, 9: 2305 }, [2, 3, 4, 5]),
  listed('wainc', programs.wainc, { 2: 6, 3: 24, 4: 120 }, [2, 3, 4]),
  listed('N-writers', programs.writersAndReader, { 5: 720 }, [5]),
  listed('rw', programs.rw, { 2: 4, 3: 36, 4: 576 }, [2, 3]),
  listed('wrw', (n) => programs.rw(n, true), { 2: 22, 3: 300, 4: 6576 }, [2]),
  listed('eratosthenes', programs.eratosthenes, { 5: [398, 1202] }, []),
  listed('chase-lev', programs.chaseLev, { 0: 59 }, []),
  listed('WWmerge1', () => programs.wwMerge1, { 0: 15 }, [0]),
  listed('IRIW-acq-sc', () => programs.iriwAcquireSequential, { 0: 15 }, [0]),
  listed('LB+fr-fr-data+data', () => programs.lbFrFr, { 0: 16 }, [0]),
  listed('W+RWC', () => programs.wRwc, { 0: 7 }, [0]),
  listed('Z6+acq', () => programs.z6Acquire, { 0: 7 }, [0]),
  listed('atomicpo', () => programs.atomicPo, { 0: 3 }, [0]),
  listed('fr+w+w+w+reads', () => programs.writesAndReads, { 0: 210 }, [0]),
  listed('inc+inc+RR+W+RR', () => programs.incrementsAndReads, { 0: 600 }, [0]),
];

const cases = [...families, ...further].flatMap((family) =>
  ([sc, tso] as const).flatMap((model) =>
    [...family.small, ...family.large].flatMap((size) => {
      const id = model.id as 'sc' | 'tso';
      const count = family.count(size, id);
      if (count === undefined) return [];
      const { name, setup, small } = family;
      return [{ name, size, model, id, count, setup, isSmall: small.includes(size) }];
    }),
  ),
);

describe('the number of executions is the one that is published', () => {
  test.each(cases)('$name of size $size under $id: $count', ({ setup, size, model, count }) => {
    const { verdict, executions } = explore(setup(size), { model });
    expect(verdict).toBe('verified');
    expect(executions).toBe(count);
  });

  test.each(cases.filter(({ isSmall }) => isSmall))(
    '$name of size $size under $id, interleaving by interleaving: $count',
    ({ setup, size, id, count }) => {
      const { executions, deadlocks, violations } = enumerate(setup(size), { memory: id });
      expect(violations).toEqual([]);
      expect(deadlocks.size).toBe(0);
      expect(executions.size).toBe(count);
    },
  );
});
