import {
  type Cell,
  cell,
  decodeExecutionId,
  encodeExecutionId,
  Exploration,
  type ExecutionGraph,
  EventKind,
  Fence,
  fence,
  findDataRace,
  linearize,
  type MemoryModel,
  none,
  Order,
  type Outcome,
  replay,
  type Setup,
  spawn,
  type ThreadHandle,
} from '@pagerace/explorer';
import fc from 'fast-check';
import { expect, it } from 'vitest';

import { rc11 } from '../src/index.js';
import { coherent } from './coherent.js';
import { c11, candidateOf } from './graph-candidate.js';
import { referenceForms } from './reference-forms.js';

/**
 * Threads that start threads that start threads, make cells and publish them. For a longer run than the
 * usual one, set RUNS and SEED.
 */
type Statement =
  | {
      readonly do: 'read' | 'write' | 'add' | 'publish' | 'follow';
      readonly cell: number;
      readonly order: Order;
    }
  | {
      readonly do: 'compareExchange';
      readonly cell: number;
      readonly expected: number;
      readonly order: Order;
      readonly failure: Order | undefined;
    }
  | { readonly do: 'fence'; readonly kind: Fence }
  | { readonly do: 'await'; readonly cell: number; readonly order: Order }
  | { readonly do: 'join' }
  | { readonly do: 'spawn'; readonly body: readonly Statement[] };

const order = fc.constantFrom(...Object.values(Order));
const place = { cell: fc.nat(1), order };
const failure = fc.constantFrom(undefined, Order.relaxed, Order.acquire, Order.full);
const simple: fc.Arbitrary<Statement> = fc.oneof(
  fc.record({
    do: fc.constantFrom('read', 'write', 'add', 'publish', 'follow', 'read', 'write'),
    ...place,
  }),
  fc.record({ do: fc.constant('compareExchange'), expected: fc.nat(2), failure, ...place }),
  fc.record({ do: fc.constant('await'), ...place }),
  fc.record({ do: fc.constant('fence'), kind: fc.constantFrom(...Object.values(Fence)) }),
);
const join = fc.constant<Statement>({ do: 'join' });
const statements = (depth: number): fc.Arbitrary<Statement[]> =>
  fc.array(
    depth === 0
      ? simple
      : fc.oneof(
          { weight: 3, arbitrary: simple },
          { weight: 1, arbitrary: join },
          {
            weight: 2,
            arbitrary: statements(depth - 1).map((body): Statement => ({ do: 'spawn', body })),
          },
        ),
    { minLength: 1, maxLength: 3, size: 'max' },
  );
const programs = fc.noBias(fc.array(statements(2), { minLength: 2, maxLength: 2 }));

function toSetup(program: readonly (readonly Statement[])[]): Setup {
  return () => {
    const cells = [cell(0, 'x'), cell(0, 'y')];
    const pointers = [cell<Cell<number> | null>(null, 'p'), cell<Cell<number> | null>(null, 'q')];
    const run = (body: readonly Statement[], name: string): unknown[] => {
      const children: ThreadHandle[] = [];
      return body.map((each, at) => {
        const here = `${name}.${String(at)}`;
        switch (each.do) {
          case 'read':
            return cells[each.cell]!.read(each.order);
          case 'write':
            cells[each.cell]!.write(at + 1, each.order);
            return undefined;
          case 'add':
            return cells[each.cell]!.fetchAdd(1, each.order);
          case 'compareExchange':
            return cells[each.cell]!.compareExchange(each.expected, 3, each.order, each.failure);
          case 'await':
            return cells[each.cell]!.await((value) => value > 0, each.order);
          case 'fence':
            fence(each.kind);
            return undefined;
          case 'publish': {
            const made = cell(0, here);
            made.write(7, Order.plain);
            pointers[each.cell]!.write(made, each.order);
            return undefined;
          }
          case 'follow':
            return pointers[each.cell]!.read(each.order)?.read(Order.plain);
          case 'spawn':
            children.push(spawn(() => run(each.body, here), here));
            return undefined;
          case 'join':
            return children.pop()?.join();
        }
      });
    };
    return { threads: program.map((body, at) => () => run(body, String(at))) };
  };
}

/** The text of a graph, with threads and cells by their names: their numbers are by when they were found. */
function namedText(graph: ExecutionGraph, { registry }: Exploration): string {
  const thread = (t: number): string => registry.threads[t]!.name;
  const at = (event: number): string =>
    event < 0 ? 'init' : `${thread(graph.thread[event]!)}@${String(graph.index[event]!)}`;
  const lines: string[] = [];
  for (let t = 0; t < graph.threadLimit; t++) {
    for (let i = 0; graph.started[t] === 1 && i < graph.threadLength[t]!; i++) {
      const event = graph.at(t, i);
      const kind = graph.kind[event]!;
      if (event === graph.stuckAt(t)) continue;
      const access = kind === EventKind.read || kind === EventKind.write;
      const meets = kind === EventKind.spawn || kind === EventKind.join;
      const where = graph.location[event]!;
      const what = access ? registry.cells[where]!.name : meets ? thread(where) : String(where);
      const from =
        kind === EventKind.read
          ? graph.readsFrom[event]!
          : kind === EventKind.write
            ? graph.coherencePrevious[event]!
            : none;
      lines.push(`${at(event)}:${String(kind)} ${what}${from === none ? '' : ` ${at(from)}`}`);
    }
  }
  return lines.sort().join('\n');
}

function explored(
  setup: Setup,
  model: MemoryModel,
  most: number,
  listen: (graph: ExecutionGraph, text: string, outcome: Outcome) => void,
  restarted: () => void,
): boolean {
  let all = 0;
  const exploration = new Exploration(setup, {
    model,
    dataRaces: false,
    onRestart: () => {
      all = 0;
      restarted();
    },
    onExecution: (outcome, graph) => {
      if (++all <= most)
        listen(graph, `${String(outcome)}\n${namedText(graph, exploration)}`, outcome);
    },
  });
  exploration.advance(() => all > most);
  return all <= most;
}

const numRuns = Number(process.env.RUNS ?? 100);
const seed = Number(process.env.SEED ?? 20_250_420);
const mostGraphs = 500;

it.each(referenceForms)(
  'threads that start threads and publish cells, under $id',
  (model, reference, instructions) => {
    let executions = 0;
    let forbidden = 0;
    let races = 0;
    fc.assert(
      fc.property(programs, (program) => {
        const setup = toSetup(program);
        const expected: string[] = [];
        fc.pre(
          explored(
            setup,
            coherent,
            mostGraphs,
            (graph, text) => {
              const judgement = reference.check(candidateOf(graph, instructions));
              if (!judgement.consistent) {
                forbidden++;
                return;
              }
              expected.push(text);
              if (instructions !== c11) return;
              const flagged = judgement.flags.length > 0;
              if (flagged) races++;
              expect(findDataRace(graph, model) !== undefined, text).toBe(flagged);
            },
            () => (expected.length = 0),
          ),
        );
        const found: string[] = [];
        explored(
          setup,
          model,
          Infinity,
          (graph, text) => {
            found.push(text);
            const id = encodeExecutionId(linearize(graph, none)!, model.id);
            const again = replay(setup, decodeExecutionId(id, model.id), model).graph;
            expect(values(again), id).toEqual(values(graph));
          },
          () => (found.length = 0),
        );
        executions += found.length;
        expect(found.sort()).toEqual(expected.sort());
      }),
      { numRuns, seed, endOnFailure: process.env.SHRINK === undefined },
    );
    expect(executions).toBeGreaterThan(numRuns);
    expect(forbidden).toBeGreaterThan(numRuns / 20);
    if (model === rc11) expect(races).toBeGreaterThan(numRuns / 20);
  },
);

const valueText = (value: unknown): string =>
  typeof value === 'number' ? String(value) : value === null ? 'none' : 'some';

/** What each thread has read and written, threads in no order. */
function values(graph: ExecutionGraph): string[] {
  const result: string[] = [];
  for (let t = 0; t < graph.threadLimit; t++) {
    if (graph.started[t] === 0) continue;
    const own: string[] = [];
    for (let i = 0; i < graph.threadLength[t]!; i++) {
      const event = graph.at(t, i);
      const kind = graph.kind[event]!;
      if (kind >= EventKind.end || event === graph.stuckAt(t)) continue;
      own.push(`${String(kind)}=${valueText(graph.value[event])}`);
    }
    result.push(own.join());
  }
  return result.sort();
}
