import { type ReferenceModel } from '@pagerace/memory-models';

import { evaluate, type Observable, type Proposition, type Valuation } from '../condition.js';
import { type LitmusTest } from '../test.js';
import { type Value } from '../value.js';
import { type Limit } from './limit.js';
import { type Found, search } from './search.js';
import { type KnownOrder, SingleWrites } from './single-writes.js';
import { Combinations } from './structure.js';
import { type ThreadRun } from './thread.js';

/** The final values of registers, where the thread's run is chosen, and of locations. */
export function valuation(
  runs: readonly (ThreadRun | undefined)[],
  final: (location: string) => Value | undefined,
): Valuation {
  return (observable: Observable) => {
    if (observable.kind === 'location') return final(observable.name);
    const run = runs[observable.thread];
    return run && (run.registers.get(observable.name) ?? 0);
  };
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
  const singleWrites = new SingleWrites(fitting, test.initial);
  const useful = fitting.map((ofThread) =>
    ofThread.filter((run) => singleWrites.with(singleWrites.start(), run)),
  );
  const { canRead } = sourcesOfValues(test, useful);
  const combinations = new Combinations(test.initial);

  const choose = (thread: number, known: KnownOrder): boolean => {
    limit.check();
    if (thread === useful.length) {
      const complete = chosen as ThreadRun[];
      return search(combinations.of(complete.slice()), {
        model,
        limit,
        isOfInterest: (final) => evaluate(wanted, valuation(complete, final)) !== false,
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
