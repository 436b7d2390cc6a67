import { type ReferenceModel } from '@pagerace/memory-models/reference';

import { evaluate, nameOf, type Observable, observablesOf, type Proposition } from './condition.js';
import { allowsCircularCopies, isPlain } from './execution/copies.js';
import { eachExecution, valuationOf } from './execution/executions.js';
import { limitOf, type LimitOptions } from './execution/limit.js';
import { allRuns } from './execution/runs.js';
import { type Found } from './execution/search.js';
import { type ThreadRun } from './execution/thread.js';
import { type LitmusTest, type Observation } from './test.js';
import { anyValue, type Value } from './value.js';

export interface JudgeOptions extends LimitOptions {
  /** Only find out whether the condition holds never, sometimes or always: states are not counted. */
  readonly verdictOnly?: boolean;
}

/**
 * The flag of a test in which a loop may go on beyond its bound: runs with more rounds were left out, and
 * a verdict Never or Always holds without them.
 */
export const loopBoundFlag = 'loop-bound';

/**
 * The flag of a test that no execution comes to the end of (since all of them deadlock, say), or none that
 * passes its filter: its verdict Never says nothing.
 */
export const noExecutionFlag = 'no-execution';

/**
 * The flag of a test with an execution in which a value is copied around in a circle and comes from nowhere
 * else. It may be any; it is shown as `S?`, and the condition takes it to differ from all others.
 */
export const anyValueFlag = 'any-value';

/** LKMM's flag of executions in which the compiler may do anything. */
export const dataRaceFlag = 'data-race';

/** One final state: the values of what the test's condition and `locations` speak of. */
export interface FinalState {
  readonly values: Readonly<Record<string, Value>>;
  readonly holds: boolean;
}

/** What a model says of a litmus test. */
export interface LitmusVerdict {
  readonly observation: Observation;
  /** Does it turn out as the test's quantifier wants? */
  readonly ok: boolean;
  /** Consistent executions in which the condition's proposition holds, and in which it does not. */
  readonly positive: number;
  readonly negative: number;
  /** Every final state, sorted; undefined if only the verdict was asked for. */
  readonly states?: readonly FinalState[];
  /** What there is to tell besides: a `data-race`, say, or the {@link loopBoundFlag}. */
  readonly flags: readonly string[];
  /** An execution in which the proposition holds, if there is one. */
  readonly witness?: Found;
}

/**
 * Judges a litmus test by a memory model.
 *
 * With `verdictOnly` the counts are 0 or 1, telling which kinds of execution there are. It goes on looking
 * for a data race where there are plain accesses, since with one the verdict means nothing; other flags are
 * those of the executions that were met.
 *
 * @throws LimitReached when it takes longer than `timeLimit`.
 */
export function judge(
  test: LitmusTest,
  model: ReferenceModel,
  options: JudgeOptions = {},
): LitmusVerdict {
  const limit = limitOf(options);
  const withCopies = allowsCircularCopies(model);
  const { runs, beyondBound } = allRuns(test.threads, test.initial, limit, { withCopies });
  const proposition = test.condition.proposition;
  const flags = new Set<string>(beyondBound ? [loopBoundFlag] : []);
  const states = new Map<string, FinalState>();
  const shown = shownObservables(test);
  let positive = 0;
  let negative = 0;
  let witness: Found | undefined;

  const visit = (goal: Proposition, once: boolean): void => {
    eachExecution(test, runs, model, goal, limit, (found) => {
      const value = valuationOf(found.combination, found.final);
      const holds = evaluate(proposition, value) === true;
      if (holds) positive++;
      else negative++;
      if (holds) witness ??= found;
      for (const flag of found.judgement.flags) flags.add(flag.name);
      if (found.execution.values?.includes(anyValue)) flags.add(anyValueFlag);
      if (!once) {
        const values = Object.fromEntries(shown.map((one) => [nameOf(one), value(one) ?? 0]));
        states.set(JSON.stringify(values), { values, holds });
      }
      return once;
    });
  };

  if (options.verdictOnly) {
    visit(proposition, true);
    visit({ kind: 'not', part: proposition }, true);
    if (!flags.has(dataRaceFlag) && mayRace(model, runs)) {
      eachExecution(test, runs, model, { kind: 'true' }, limit, ({ judgement }) => {
        for (const flag of judgement.flags) flags.add(flag.name);
        return flags.has(dataRaceFlag);
      });
    }
    if (!flags.has(anyValueFlag)) {
      const copying = runs.find((ofThread) => ofThread.some(hasAnyValue));
      const some = runs.map((ofThread) =>
        ofThread === copying ? ofThread.filter(hasAnyValue) : ofThread,
      );
      const isMet =
        copying && eachExecution(test, some, model, { kind: 'true' }, limit, () => true);
      if (isMet) flags.add(anyValueFlag);
    }
  } else {
    visit({ kind: 'true' }, false);
  }
  if (positive + negative === 0) flags.add(noExecutionFlag);
  const observation = positive === 0 ? 'Never' : negative === 0 ? 'Always' : 'Sometimes';
  const { quantifier } = test.condition;
  const ok =
    quantifier === 'exists'
      ? positive > 0
      : quantifier === 'forall'
        ? negative === 0
        : positive === 0;
  return {
    observation,
    ok,
    positive,
    negative,
    flags: [...flags].sort(),
    ...(!options.verdictOnly && { states: sorted([...states.values()]) }),
    ...(witness && { witness }),
  };
}

/** Whether there are plain accesses, and a model that has an opinion of them. */
function mayRace({ id }: ReferenceModel, runs: readonly (readonly ThreadRun[])[]): boolean {
  return id === 'lkmm' && runs.flat().some(({ events }) => events.some(isPlain));
}

function hasAnyValue({ events }: ThreadRun): boolean {
  return events.some(({ value }) => value === anyValue);
}

/** What herd7 shows of a state: what the condition speaks of, then `locations`; threads first. */
function shownObservables(test: LitmusTest): Observable[] {
  const all = new Map<string, Observable>();
  for (const one of [...observablesOf(test.condition.proposition), ...test.locations]) {
    all.set(nameOf(one), one);
  }
  const key = (one: Observable): string =>
    one.kind === 'register'
      ? `0${String(one.thread).padStart(4, '0')}:${one.name}`
      : `1${one.name}`;
  return [...all.values()].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

function sorted(states: FinalState[]): FinalState[] {
  const compare = (a: Value, b: Value): number =>
    typeof a === 'number' && typeof b === 'number'
      ? a - b
      : String(a) < String(b)
        ? -1
        : Number(a !== b);
  return states.sort((a, b) => {
    for (const name of Object.keys(a.values)) {
      const difference = compare(a.values[name]!, b.values[name]!);
      if (difference !== 0) return difference;
    }
    return 0;
  });
}
