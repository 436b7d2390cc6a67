import { canonicalText, exploreGraphs, type MemoryModel, Order, Outcome } from '@pagerace/explorer';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { armv8, lkmm, memoryModels, power, rc11, rc11Cpp20, riscv, sc, tso } from '../src/index.js';
import {
  type AccessProgram,
  largeProgramOfUpdates,
  litmusProgram,
  smallProgramOfUpdates,
  toSetup,
} from './access-programs.js';
import { exploreWithin } from './explore-within.js';

/*
 * What a program may do does not depend on the order in which its threads are listed, though the explorer
 * builds other graphs, by other revisits, for each order. Nothing is judged here but by the explorer, so
 * that many programs can be tried: RUNS of them, made of SEED. `npm run test:orders` tries thousands.
 *
 * Grace periods of RCU are not among the operations: the explorer's models have none. The kernel model makes
 * them of accesses, and `@pagerace/litmus` judges them by the reference form.
 */
const numRuns = Number(process.env.RUNS ?? 250);
const seed = Number(process.env.SEED ?? 20_251_129);
/** A program whose exploration takes more runs of its threads is skipped. */
const mostRuns = 5000;

/**
 * Which model allows all that another allows, for each kind of operation here.
 *
 * Every model allows what sequential consistency allows. What holds under the kernel's model holds on every
 * architecture. C++'s release and acquire, seq_cst accesses and fences, as x86 makes them (a seq_cst store is
 * an xchg), forbid no less there than in RC11. Not among them: `tso` and `armv8`, whose STLR and LDAR do
 * not change places; `armv8` and `power`, likewise; `rc11` and the kernel's fences, which it takes for C11's
 * acquire and release fences, although smp_rmb() and smp_wmb() order less.
 */
const weaker: readonly (readonly [MemoryModel, MemoryModel])[] = [
  ...memoryModels.map((model) => [sc, model] as const),
  [tso, rc11],
  [rc11, rc11Cpp20],
  [tso, lkmm],
  [armv8, lkmm],
  [riscv, lkmm],
  [power, lkmm],
];

/**
 * The executions of a program whose threads are listed in another order, told by the threads' own numbers.
 *
 * @returns undefined if it takes too long to find them
 */
function executions(
  program: AccessProgram,
  threads: readonly number[],
  model: MemoryModel,
): ReadonlySet<string> | undefined {
  const texts = new Set<string>();
  let found = 0;
  const whole = exploreWithin(mostRuns, toSetup(threads.map((thread) => program[thread]!)), {
    model,
    onRestart: () => {
      texts.clear();
      found = 0;
    },
    onExecution: (outcome, graph) => {
      if (outcome !== Outcome.complete) return;
      texts.add(renamed(canonicalText(graph), threads));
      found++;
    },
  });
  expect(found, `${model.id} finds an execution twice\n${source(program)}`).toBe(texts.size);
  return whole ? texts : undefined;
}

function renamed(text: string, threads: readonly number[]): string {
  if (threads.every((thread, place) => thread === place)) return text;
  const events = text.replaceAll(
    /(\d+)\.(\d+)/g,
    (_, thread: string, index: string) => `${String(threads[Number(thread)]!)}.${index}`,
  );
  const parts = events.split(' ');
  const bodies = parts.slice(0, threads.length).map((body) => body.replace(/^T\d+/, ''));
  const own = bodies.map((_, thread) => `T${String(thread)}${bodies[threads.indexOf(thread)]!}`);
  return [...own, ...parts.slice(threads.length)].join(' ');
}

const anyProgram = fc.oneof(
  { weight: 6, arbitrary: smallProgramOfUpdates },
  { weight: 3, arbitrary: litmusProgram },
  { weight: 1, arbitrary: largeProgramOfUpdates },
);

/** An order of four threads. */
const anyOrder = fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 });

function source(program: AccessProgram): string {
  return program.map((thread) => JSON.stringify(thread)).join('\n');
}

/** What one set has that another has not. */
function missing(all: ReadonlySet<string>, from: ReadonlySet<string>): string[] {
  return [...all].filter((text) => !from.has(text));
}

/** @returns how many executions a program has under all models, or undefined if it takes too long to find them */
function compare(program: AccessProgram, order: readonly number[]): number | undefined {
  const listed = program.map((_, thread) => thread);
  const found = new Map<MemoryModel, ReadonlySet<string>>();
  let count = 0;
  for (const model of memoryModels) {
    const here = executions(program, listed, model);
    const there = executions(program, order, model);
    if (here === undefined || there === undefined) return undefined;
    found.set(model, here);
    count += here.size;
    expect(
      { lost: missing(here, there), added: missing(there, here) },
      `${model.id} with the threads in the order ${order.join(', ')}\n${source(program)}`,
    ).toEqual({ lost: [], added: [] });
  }
  for (const [stronger, model] of weaker) {
    const lost = missing(found.get(stronger)!, found.get(model)!);
    expect(lost, `${model.id} forbids what ${stronger.id} allows\n${source(program)}`).toEqual([]);
  }
  return count;
}

test('the executions of random programs are the same for every order of their threads, and more under a weaker model', () => {
  let skipped = 0;
  let found = 0;
  fc.assert(
    fc.property(anyProgram, anyOrder, (program, order) => {
      const count = compare(
        program,
        order.filter((thread) => thread < program.length),
      );
      if (count === undefined) skipped++;
      else found += count;
    }),
    { numRuns, seed, endOnFailure: true },
  );
  expect(skipped).toBeLessThan(numRuns / 20);
  expect(found).toBeGreaterThan(500 * numRuns);
}, 3_600_000);

/** A write half that revisits a read goes to the end of the graph: other events then lie between it and its read half. */
test.each([Order.acquire, Order.full])(
  'an update of order %i whose halves are added apart has every execution under every model',
  (order) => {
    const two: AccessProgram[number] = [
      { do: 'write', cell: 0, value: 2, order: Order.release },
      { do: 'add', cell: 0, order },
    ];
    const other: AccessProgram[number] = [
      { do: 'add', cell: 0, order: Order.relaxed },
      { do: 'write', cell: 0, value: 1, order: Order.release },
    ];
    for (const model of memoryModels) {
      const { texts } = exploreGraphs(toSetup([two, two, two, other]), model);
      // Eight operations on one location, in every order that keeps each thread's two.
      expect(new Set(texts).size, model.id).toBe(2520);
    }
  },
);
