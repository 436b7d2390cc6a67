import {
  canonicalText,
  cell,
  Exploration,
  exploreGraphs,
  Fence,
  fence,
  Order,
  Outcome,
  reach,
  type Setup,
  SpinLock,
  whole,
} from '@pagerace/explorer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { coherent } from './coherent.js';
import { candidateOf } from './graph-candidate.js';
import { referenceForms } from './reference-forms.js';

const order = fc.constantFrom(...Object.values(Order));
const place = { cell: fc.nat(1), order };
const operation = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('read' as const), ...place }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('write' as const),
      value: fc.integer({ min: 1, max: 2 }),
      ...place,
    }),
  },
  fc.record({ do: fc.constant('add' as const), ...place }),
  fc.record({ do: fc.constant('compareExchange' as const), expected: fc.nat(1), ...place }),
  fc.record({ do: fc.constant('fence' as const), kind: fc.constantFrom(...Object.values(Fence)) }),
  // What was read last is taken for a pointer to the cell that follows.
  fc.record({ do: fc.constant('reach' as const), cell: fc.nat(1) }),
  fc.record({ do: fc.constant('lock' as const), cell: fc.nat(1), order }),
);
type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never;
// Two long threads or three and four short ones: each graph is judged by itself, so there must not be many.
const threads = fc.oneof(
  fc.array(fc.array(operation, { minLength: 1, maxLength: 4 }), { minLength: 2, maxLength: 2 }),
  fc.array(fc.array(operation, { minLength: 1, maxLength: 2 }), { minLength: 3, maxLength: 4 }),
);

function toSetup(program: readonly (readonly Operation[])[]): Setup {
  return () => {
    const objects = ['x', 'y'].map((name) => whole(() => ({ word: cell(0, name) })));
    const cells = objects.map(({ word }) => word);
    const lock = new SpinLock();
    const perform = (each: Operation): unknown => {
      switch (each.do) {
        case 'read':
          return cells[each.cell]!.read(each.order);
        case 'reach':
          cells[1 - each.cell]!.read();
          reach(objects[each.cell]!, () => true);
          return undefined;
        case 'lock':
          lock.lock();
          cells[each.cell]!.fetchAdd(1, each.order);
          lock.unlock();
          return undefined;
        case 'write':
          cells[each.cell]!.write(each.value, each.order);
          return undefined;
        case 'add':
          return cells[each.cell]!.fetchAdd(1, each.order);
        case 'compareExchange':
          return cells[each.cell]!.compareExchange(each.expected, 2, each.order);
        case 'fence':
          fence(each.kind);
          return undefined;
      }
    };
    return { threads: program.map((operations) => () => operations.map(perform)) };
  };
}

const numRuns = Number(process.env.RUNS ?? 150);
const seed = Number(process.env.SEED ?? 20_250_211);
const mostGraphs = 3000;

describe('the incremental form has the graphs that the reference form has', () => {
  it.each(referenceForms)(
    '$id',
    (model, reference, instructions) => {
      let graphs = 0;
      let forbidden = 0;
      fc.assert(
        fc.property(threads, (program) => {
          const setup = toSetup(program);
          const expected: string[] = [];
          let all = 0;
          const exploration = new Exploration(setup, {
            model: coherent,
            dataRaces: false,
            onExecution: (outcome, graph) => {
              all++;
              if (outcome !== Outcome.complete || all > mostGraphs) return;
              if (reference.check(candidateOf(graph, instructions)).consistent)
                expected.push(canonicalText(graph));
              else forbidden++;
            },
          });
          exploration.advance(() => all > mostGraphs);
          fc.pre(all <= mostGraphs);
          graphs += expected.length;
          expect([...exploreGraphs(setup, model).texts].sort()).toEqual(expected.sort());
        }),
        { numRuns, seed, endOnFailure: true },
      );
      expect(graphs).toBeGreaterThan(numRuns);
      expect(forbidden).toBeGreaterThan(numRuns / 10);
    },
    60_000,
  );
});
