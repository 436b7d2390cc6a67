import { CandidateExecution, Relation } from '@pagerace/memory-models/reference';

import { evaluate, type Proposition } from '../condition.js';
import { type LitmusTest } from '../test.js';
import { valuation, valuationOf } from './executions.js';
import { type Limit } from './limit.js';
import { isRead, isWrite } from './runs.js';
import { type Combination, Combinations } from './structure.js';
import { type ThreadRun } from './thread.js';

/**
 * Goes through the candidate executions in which a proposition holds, also those that no model allows since
 * they break coherence: each read reads any write of its value, and writes come in any order.
 *
 * @param most looks at no more candidates than this of one combination of runs
 * @returns true if `found` ended it
 */
export function anyCandidates(
  test: LitmusTest,
  runs: readonly (readonly ThreadRun[])[],
  proposition: Proposition,
  limit: Limit,
  most: number,
  found: (candidate: {
    readonly execution: CandidateExecution;
    readonly combination: Combination;
  }) => boolean,
): boolean {
  const combinations = new Combinations(test.initial);
  const unknown = (): undefined => undefined;
  const choose = (chosen: readonly ThreadRun[]): boolean => {
    const known = valuation(
      runs.map((_, thread) => chosen[thread]),
      unknown,
    );
    if (evaluate(proposition, known) === false) return false;
    if (chosen.length < runs.length) {
      return runs[chosen.length]!.some((run) => choose([...chosen, run]));
    }
    const combination = combinations.of(chosen);
    let left = most;
    for (const candidate of candidates(
      combination,
      limit,
      (partial) => evaluate(proposition, valuationOf(partial, unknown)) !== false,
    )) {
      const final = (location: string) =>
        finalValue(candidate.combination, candidate.execution, location);
      if (evaluate(proposition, valuationOf(candidate.combination, final)) === true) {
        if (found(candidate)) return true;
      }
      if (--left <= 0) break;
    }
    return false;
  };
  return choose([]);
}

/**
 * Every choice of what each read reads and in which order writes come; none if a value is nowhere.
 *
 * @param mayFit told the values of the reads chosen so far, whether to go on
 */
function* candidates(
  combination: Combination,
  limit: Limit,
  mayFit: (partial: Combination) => boolean,
): Generator<{ readonly execution: CandidateExecution; readonly combination: Combination }> {
  const { structure, locations } = combination;
  const { events, size } = structure;
  const numbers = [...events.keys()];
  const writesOf = locations.map((_, location) =>
    numbers.filter((i) => isWrite(events[i]!) && events[i]!.location === location),
  );
  const reads = numbers.filter((i) => isRead(events[i]!));
  const orders = writesOf.map(([initial, ...others]) =>
    permutations(others).map((order) => {
      const all = [initial!, ...order];
      return all.flatMap((write, i) => all.slice(i + 1).map((later) => [write, later] as const));
    }),
  );
  function* sources(
    chosen: readonly (readonly [number, number])[],
    values: Combination['values'],
  ): Generator<readonly [typeof chosen, typeof values]> {
    const read = reads[chosen.length];
    if (read === undefined) {
      yield [chosen, values];
      return;
    }
    const value = values[read];
    for (const write of writesOf[events[read]!.location!]!) {
      limit.check();
      if (value !== undefined && values[write] !== value) continue;
      const known = values.with(read, values[write]);
      if (value === undefined && !mayFit({ ...combination, values: known })) continue;
      yield* sources([...chosen, [write, read]], known);
    }
  }
  for (const [rf, values] of sources([], combination.values)) {
    for (const co of product(orders)) {
      limit.check();
      const witness = { rf: Relation.of(size, rf), co: Relation.of(size, co.flat()), values };
      const execution = new CandidateExecution(structure, witness);
      yield { execution, combination: { ...combination, values } };
    }
  }
}

function* product<T>(choices: readonly (readonly T[])[]): Generator<T[]> {
  const [first, ...others] = choices;
  if (!first) yield [];
  else for (const choice of first) for (const rest of product(others)) yield [choice, ...rest];
}

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length === 0) return [[]];
  if (items.length > 5) return [[...items]];
  return items.flatMap((item, i) =>
    permutations([...items.slice(0, i), ...items.slice(i + 1)]).map((rest) => [item, ...rest]),
  );
}

function finalValue(
  { locations, structure, values }: Combination,
  { co }: CandidateExecution,
  location: string,
) {
  const number = locations.indexOf(location);
  if (number === -1) return 0;
  const last = structure.events.findIndex(
    (event, i) => isWrite(event) && event.location === number && co.successors(i).length === 0,
  );
  return values[last];
}
