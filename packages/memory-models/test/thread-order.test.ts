import {
  canonicalText,
  Exploration,
  exploreGraphs,
  type MemoryModel,
  Order,
  Outcome,
} from '@pagerace/explorer';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { armv8, lkmm, memoryModels, power, rc11, rc11Cpp20, riscv, sc, tso } from '../src/index.js';
import { type AccessProgram, programOfUpdates, toSetup } from './access-programs.js';

/*
 * What a program may do does not depend on the order in which its threads are listed, though the explorer
 * builds other graphs, by other revisits, for each order. Nothing is judged here but by the explorer, so
 * that many programs can be tried. RUNS and SEED make a longer run, which tries every order and takes minutes:
 *
 *     cd packages/memory-models && RUNS=400 SEED=1 npx vitest run test/thread-order.test.ts
 */
const usual = 60;
const numRuns = Number(process.env.RUNS ?? usual);
const seed = Number(process.env.SEED ?? 20_251_129);
const mostExecutions = numRuns > usual ? 3000 : 150;

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

/** The executions of a program whose threads are listed in another order, told by the threads' own numbers. */
function executions(
  program: AccessProgram,
  threads: readonly number[],
  model: MemoryModel,
): string[] | undefined {
  const texts: string[] = [];
  new Exploration(toSetup(threads.map((thread) => program[thread]!)), {
    model,
    dataRaces: false,
    onExecution: (outcome, graph) => {
      if (outcome === Outcome.complete) texts.push(renamed(canonicalText(graph), threads));
    },
  }).advance(() => texts.length > mostExecutions);
  return texts.length > mostExecutions ? undefined : texts.sort();
}

function renamed(text: string, threads: readonly number[]): string {
  const events = text.replaceAll(
    /(\d+)\.(\d+)/g,
    (_, thread: string, index: string) => `${String(threads[Number(thread)]!)}.${index}`,
  );
  const parts = events.split(' ');
  const bodies = parts.slice(0, threads.length).map((body) => body.replace(/^T\d+/, ''));
  const own = bodies.map((_, thread) => bodies[threads.indexOf(thread)]!);
  return [...own, ...parts.slice(threads.length)].join(' ');
}

function ordersOf(threads: readonly number[]): number[][] {
  if (threads.length === 0) return [[]];
  return threads.flatMap((first) =>
    ordersOf(threads.filter((thread) => thread !== first)).map((others) => [first, ...others]),
  );
}

/** Every order but the one that the program has itself; for a short run the reverse and another one. */
function otherOrders(program: AccessProgram, another: number): number[][] {
  const [, ...others] = ordersOf(program.map((_, thread) => thread));
  return numRuns > usual ? others : [others.at(-1)!, others[another % (others.length - 1)]!];
}

function source(program: AccessProgram): string {
  return program.map((thread) => JSON.stringify(thread)).join('\n');
}

test('the executions of random programs are the same for every order of their threads, and more under a weaker model', () => {
  let tried = 0;
  fc.assert(
    fc.property(programOfUpdates, fc.nat(1000), (program, another) => {
      const listed = program.map((_, thread) => thread);
      const found = new Map<MemoryModel, ReadonlySet<string>>();
      for (const model of memoryModels) {
        const texts = executions(program, listed, model);
        if (texts === undefined) continue;
        tried++;
        const set = new Set(texts);
        found.set(model, set);
        expect(set.size, `${model.id} finds an execution twice\n${source(program)}`).toBe(
          texts.length,
        );
        for (const order of otherOrders(program, another)) {
          expect(
            executions(program, order, model),
            `${model.id} with the threads in the order ${order.join(', ')}\n${source(program)}`,
          ).toEqual(texts);
        }
      }
      for (const [stronger, model] of weaker) {
        const more = found.get(model);
        const less = found.get(stronger);
        if (more === undefined || less === undefined) continue;
        const lost = [...less].filter((text) => !more.has(text));
        expect(lost, `${model.id} forbids what ${stronger.id} allows\n${source(program)}`).toEqual(
          [],
        );
      }
    }),
    { numRuns, seed, endOnFailure: true },
  );
  expect(tried).toBeGreaterThan(2 * numRuns);
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
