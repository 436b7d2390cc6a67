import { type ReferenceModel } from '@pagerace/memory-models/reference';

import {
  evaluate,
  type Observable,
  observablesOf,
  type Proposition,
  type Valuation,
} from '../condition.js';
import { type LitmusTest } from '../test.js';
import { type Value } from '../value.js';
import { type Limit } from './limit.js';
import { type Found, search } from './search.js';
import { type KnownOrder, SingleWrites } from './single-writes.js';
import { type Combination, Combinations } from './structure.js';
import { type ThreadRun } from './thread.js';

/** The final values of registers, where the thread's run is chosen and says them, and of locations. */
export function valuation(
  runs: readonly (ThreadRun | undefined)[],
  final: (location: string) => Value | undefined,
  valueOf: (thread: number, read: number) => Value | undefined = () => undefined,
): Valuation {
  return (observable: Observable) => {
    if (observable.kind === 'location') return final(observable.name);
    const { thread, name } = observable;
    const run = runs[thread];
    if (!run) return undefined;
    const held = run.registers.get(name) ?? 0;
    return typeof held === 'object' ? valueOf(thread, held.read) : held;
  };
}

/** The same of an execution, by the values of its events. */
export function valuationOf(
  { runs, firstEvents, values }: Combination,
  final: (location: string) => Value | undefined,
): Valuation {
  return valuation(runs, final, (thread, read) => values[firstEvents[thread]! + read]);
}

/** The reads, by event, whose open values a proposition asks for. */
function readsBehind({ runs, firstEvents }: Combination, proposition: Proposition): number[] {
  return observablesOf(proposition).flatMap((one) => {
    const held = one.kind === 'register' ? runs[one.thread]?.registers.get(one.name) : undefined;
    return one.kind === 'register' && typeof held === 'object'
      ? [firstEvents[one.thread]! + held.read]
      : [];
  });
}

/**
 * Goes through the consistent executions in which `goal`, and the test's filter, hold.
 *
 * @param runs of each thread every run there is
 * @returns true if `found` ended it
 */
export function eachExecution(
  test: LitmusTest,
  runs: readonly (readonly ThreadRun[])[],
  model: ReferenceModel,
  goal: Proposition,
  limit: Limit,
  found: (found: Found) => boolean,
): boolean {
  const wanted: Proposition = test.filter ? { kind: 'and', parts: [goal, test.filter] } : goal;
  const unknown = (): undefined => undefined;
  const chosen: (ThreadRun | undefined)[] = runs.map(() => undefined);
  // Runs that contradict the goal by themselves are out before any are put together.
  const fitting = runs.map((ofThread, thread) =>
    ofThread.filter((run) => {
      const alone = runs.map((_, other) => (other === thread ? run : undefined));
      return evaluate(wanted, valuation(alone, unknown)) !== false;
    }),
  );
  const singleWrites = new SingleWrites(fitting, test.initial, limit);
  const useful = fitting.map((ofThread) =>
    ofThread.filter((run) => singleWrites.with(singleWrites.start(), run)),
  );
  const { canRead } = sourcesOfValues(test, useful);
  const combinations = new Combinations(test.initial);

  const choose = (thread: number, known: KnownOrder): boolean => {
    limit.check();
    if (thread === useful.length) {
      const combination = combinations.of(chosen.slice() as ThreadRun[]);
      limit.check();
      const { runs: complete, firstEvents } = combination;
      return search(combination, {
        model,
        limit,
        deciding: readsBehind(combination, wanted),
        isOfInterest: (final, valueOf) =>
          evaluate(
            wanted,
            valuation(complete, final, (thread, read) => valueOf(firstEvents[thread]! + read)),
          ) !== false,
        found,
      });
    }
    for (const run of useful[thread]!) {
      chosen[thread] = run;
      if (evaluate(wanted, valuation(chosen, unknown)) === false) continue;
      const extended = singleWrites.with(known, run);
      if (extended && canRead(chosen, thread) && choose(thread + 1, extended)) return true;
    }
    chosen[thread] = undefined;
    return false;
  };
  return choose(0, singleWrites.start());
}

/** Tells whether somebody may have written what the chosen runs read. */
function sourcesOfValues(test: LitmusTest, runs: readonly (readonly ThreadRun[])[]) {
  const key = (location: string, value: Value): string =>
    `${typeof value}:${String(value)}@${location}`;
  const written = new Map<ThreadRun, ReadonlySet<string>>();
  const read = new Map<ThreadRun, readonly string[]>();
  for (const run of runs.flat()) {
    const writes = new Set<string>();
    const reads: string[] = [];
    for (const event of run.events) {
      if (event.location === undefined || event.value === undefined) continue;
      const text = key(event.location, event.value);
      if (['write', 'LKW', 'UL'].includes(event.kind)) writes.add(text);
      else if (event.value !== (test.initial.get(event.location) ?? 0)) reads.push(text);
    }
    written.set(run, writes);
    read.set(run, reads);
  }
  const everWritten = runs.map((ofThread) => {
    const all = new Set<string>();
    for (const run of ofThread) for (const text of written.get(run)!) all.add(text);
    return all;
  });
  return {
    canRead: (chosen: readonly (ThreadRun | undefined)[], upTo: number): boolean => {
      const sources = chosen.map((run, thread) =>
        thread <= upTo ? written.get(run!)! : everWritten[thread]!,
      );
      for (let thread = 0; thread <= upTo; thread++) {
        for (const text of read.get(chosen[thread]!)!) {
          if (!sources.some((source) => source.has(text))) return false;
        }
      }
      return true;
    },
  };
}
