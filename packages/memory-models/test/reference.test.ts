import {
  canonicalText,
  type Cell,
  cell,
  Exploration,
  exploreGraphs,
  Fence,
  fence,
  initialWrite,
  type MemoryModel,
  Order,
  Outcome,
  type Setup,
} from '@pagerace/explorer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rc11, referenceRc11, referenceSc, referenceTso, sc, tso } from '../src/index.js';
import { c11Tags, candidateOf, x86Tags } from './graph-candidate.js';

/** Consistent is what has atomic updates and no cycle of program order and reads-from. */
const anything: MemoryModel = {
  id: 'anything',
  title: 'no ordering at all',
  source: 'the explorer',
  exact: true,
  views: 0,
  floor: (_graph, _thread, _length, location) => initialWrite(location),
  isConsistent: () => true,
  added: () => undefined,
};

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
);
type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never;
// Two long threads or three and four short ones: each graph is judged by itself, so there must not be many.
const threads = fc.oneof(
  fc.array(fc.array(operation, { minLength: 1, maxLength: 4 }), { minLength: 2, maxLength: 2 }),
  fc.array(fc.array(operation, { minLength: 1, maxLength: 2 }), { minLength: 3, maxLength: 4 }),
);

function toSetup(program: readonly (readonly Operation[])[]): Setup {
  return () => {
    const cells: Cell<number>[] = [cell(0, 'x'), cell(0, 'y')];
    const perform = (each: Operation): unknown => {
      switch (each.do) {
        case 'read':
          return cells[each.cell]!.read(each.order);
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
  it.each([
    [sc, referenceSc, x86Tags],
    [tso, referenceTso, x86Tags],
    [rc11, referenceRc11, c11Tags],
  ] as const)(
    '$id',
    (model, reference, tagsOf) => {
      let graphs = 0;
      let forbidden = 0;
      fc.assert(
        fc.property(threads, (program) => {
          const setup = toSetup(program);
          const expected: string[] = [];
          let all = 0;
          const exploration = new Exploration(setup, {
            model: anything,
            dataRaces: false,
            onExecution: (outcome, graph) => {
              all++;
              if (outcome !== Outcome.complete || all > mostGraphs) return;
              if (reference.check(candidateOf(graph, tagsOf)).consistent)
                expected.push(canonicalText(graph));
              else forbidden++;
            },
          });
          exploration.advance(() => all > mostGraphs);
          fc.pre(all <= mostGraphs);
          graphs += expected.length;
          expect([...exploreGraphs(setup, model).texts].sort()).toEqual(expected.sort());
        }),
        { numRuns, seed },
      );
      expect(graphs).toBeGreaterThan(numRuns);
      expect(forbidden).toBeGreaterThan(numRuns);
    },
    60_000,
  );
});
