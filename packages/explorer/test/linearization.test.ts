import {
  assert,
  type Cell,
  cell,
  EventFlag,
  EventKind,
  type ExecutionGraph,
  Exploration,
  explore,
  linearize,
  none,
  Outcome,
  type Setup,
} from '../src/index.js';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { coherent, sc } from './models.js';

type Operation = readonly [kind: 'read' | 'write' | 'add', cell: 0 | 1];

function program(threads: readonly (readonly Operation[])[]): Setup {
  return () => {
    const cells = [cell(0, 'x'), cell(0, 'y')];
    const perform = ([kind, of]: Operation, value: number): void => {
      if (kind === 'read') cells[of]!.read();
      else if (kind === 'write') cells[of]!.write(value);
      else cells[of]!.fetchAdd(1);
    };
    return { threads: threads.map((body) => () => body.forEach(perform)) };
  };
}

/** The least of [weak steps, switches] over every order in which an execution can be told. */
function fewest(graph: ExecutionGraph, threads: number): readonly [number, number] {
  const operations = Array.from({ length: threads }, (_, t) =>
    Array.from({ length: graph.threadLength[t]! - 1 }, (_, index) => graph.at(t, index)),
  );
  let least: readonly [number, number] = [Infinity, Infinity];
  const tell = (told: ReadonlySet<number>, last: number, weak: number, switches: number): void => {
    operations.forEach((own, t) => {
      const event = own.find((one) => !told.has(one));
      if (event === undefined) return;
      const source = graph.kind[event] === EventKind.read ? graph.readsFrom[event]! : event;
      if (source !== event && source >= 0 && !told.has(source)) return;
      let newerTold = 0;
      for (let newer = graph.next(source); newer !== none; newer = graph.coherenceNext[newer]!)
        newerTold += Number(told.has(newer));
      const isUpdate =
        graph.kind[event] === EventKind.read && (graph.flags[event]! & EventFlag.update) !== 0;
      const both = isUpdate ? [event, own[own.indexOf(event) + 1]!] : [event];
      tell(
        new Set([...told, ...both]),
        t,
        weak + Math.min(1, newerTold),
        switches + Number(last >= 0 && last !== t),
      );
    });
    const isAll = operations.every((own) => own.every((event) => told.has(event)));
    if (isAll && (weak < least[0] || (weak === least[0] && switches < least[1])))
      least = [weak, switches];
  };
  tell(new Set(), -1, 0, 0);
  return least;
}

const operation = fc.tuple(
  fc.constantFrom('read', 'write', 'add' as const),
  fc.constantFrom(0, 1 as const),
) as fc.Arbitrary<Operation>;

it('tells an execution with the fewest weak steps, and then the fewest switches', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(operation, { minLength: 1, maxLength: 3 }), { minLength: 2, maxLength: 3 }),
      fc.constantFrom(sc, coherent),
      (threads, model) => {
        new Exploration(program(threads), {
          model,
          dataRaces: false,
          onExecution: (outcome, graph) => {
            expect(outcome).toBe(Outcome.complete);
            const { weakSteps, switches } = linearize(graph, none)!;
            expect([weakSteps, switches]).toEqual(fewest(graph, threads.length));
          },
        }).advance(() => false);
      },
    ),
    { numRuns: 60 },
  );
});

it('does so for long threads, too', () => {
  const setup: Setup = () => {
    const handed = cell(0, 'handed');
    const busy = (own: Cell<number>): void => {
      for (let i = 0; i < 60; i++) own.write(i);
    };
    const own = [0, 1, 2, 3].map((nth) => cell(0, `own${String(nth)}`));
    return {
      threads: [
        () => {
          busy(own[0]!);
          handed.write(1);
          busy(own[0]!);
        },
        () => busy(own[1]!),
        () => busy(own[2]!),
        () => {
          busy(own[3]!);
          return handed.read();
        },
      ],
      finally: (results) => assert(results[3] === 0, 'it was handed over'),
    };
  };
  const { violations } = explore(setup, { model: sc });
  expect(violations[0]!.witness).toMatchObject({ switches: 3, weakSteps: 0, steps: 302 });
});
