import type { Step, Trace } from '@pagerace/explorer';
import { judge, LimitReached, modelNamed, type Observation, parseLitmus } from '@pagerace/litmus';
import type { TraceAnnotation } from '@pagerace/machine';
import { type Cycle, criticalCycles } from './cycles.js';
import { accessesOf, callsOf, threadsOf } from './execution.js';
import { litmusText } from './litmus-text.js';
import { type Sketch, sketch, type Statement, stepOf, weakenedAt } from './sketch.js';

export interface RaceLitmusOptions {
  /** How a value is written in comments; by default as text. */
  readonly format?: (step: Step, value: unknown) => string;
  /** An execution of the kernel before its fix, on the same machine. */
  readonly before?: Trace;
  /** Per test that is judged on the way, in milliseconds; default 2,000. */
  readonly timeLimit?: number;
}

/** What stands at the top of a litmus test. */
export interface LitmusHeader {
  /** The test's name. */
  readonly name: string;
  /** Lines about where the test comes from. */
  readonly about: readonly string[];
}

/** A litmus test whose verdict is known. */
export type LitmusWriter = (header: LitmusHeader) => string;

/** The litmus tests behind a race. */
export interface RaceLitmus {
  /** The cycle with the orderings as they were weakened: the kernel's memory model allows it. */
  readonly weakened: LitmusWriter;
  /** The same with the orderings as the kernel has them: it forbids it. Left out if none was weakened. */
  readonly asWritten?: LitmusWriter;
  /** What the kernel before its fix has of the cycle, and which is therefore allowed. */
  readonly before?: LitmusWriter;
}

/** So many cycles are tried: the short ones tell, if any does. */
const mostCycles = 200;

/**
 * Finds the smallest litmus test behind an execution that no interleaving explains: a cycle in it that the
 * kernel's memory model allows, and forbids with the orderings back in place that were weakened.
 *
 * @returns undefined if there is none: an interleaving explains the execution, or the weakened
 * orderings are not between the accesses of a cycle of two or three threads
 */
export function raceLitmus(trace: Trace, options: RaceLitmusOptions = {}): RaceLitmus | undefined {
  const threads = threadsOf(trace);
  const accesses = accessesOf(trace);
  const isWeakened = threads.flat().some((step) => weakenedAt(step).length > 0);
  const cycles = criticalCycles(accesses.filter(({ isLock }) => !isLock)).slice(0, mostCycles);
  for (const withOthers of [false, true]) {
    for (const cycle of cycles) {
      const whole = sketch(cycle, threads, accesses, withOthers);
      const found = raceIn(cycle, whole, isWeakened, options);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

function raceIn(
  cycle: Cycle,
  whole: Sketch,
  isWeakened: boolean,
  options: RaceLitmusOptions,
): RaceLitmus | undefined {
  const { format = (_, value) => String(value), timeLimit = 2000 } = options;
  const writer =
    (one: Sketch, asWritten: boolean): LitmusWriter =>
    (header) =>
      litmusText(one, {
        ...header,
        expected: asWritten ? 'Never' : 'Sometimes',
        asWritten,
        format,
      });
  const is = (expected: Observation, one: Sketch, asWritten: boolean): boolean =>
    observation(writer(one, asWritten)({ name: 'race', about: [] }), timeLimit) === expected;

  if (!is('Sometimes', whole, false)) return undefined;
  if (!isWeakened) return { weakened: writer(whole, false) };
  if (!is('Never', whole, true)) return undefined;
  const isOrdering = (one: Statement): boolean =>
    one.kind !== 'access' || !cycle.includes(one.access);
  let least = whole;
  for (const statement of whole.flat().filter(isOrdering)) {
    const less = without(least, (one) => one === statement || isSameSection(one, statement));
    if (is('Never', less, true) && is('Sometimes', less, false)) least = less;
  }
  const found = { weakened: writer(least, false), asWritten: writer(least, true) };
  if (options.before === undefined) return found;
  const isThere = placesIn(options.before);
  const before = without(least, (one) => isOrdering(one) || !isThere(stepOf(one)));
  return is('Sometimes', before, false) ? { ...found, before: writer(before, false) } : found;
}

function without(whole: Sketch, which: (statement: Statement) => boolean): Sketch {
  return whole.map((statements) => statements.filter((one) => !which(one)));
}

function isSameSection(one: Statement, other: Statement): boolean {
  return one.kind === 'lock' && other.kind === 'lock' && one.section === other.section;
}

/** Tells whether a trace comes by the place of a step. */
function placesIn({ steps }: Trace): (step: Step) => boolean {
  const places = new Set(steps.map(placeText));
  return (step) => places.has(placeText(step));
}

function placeText(step: Step): string {
  const { primitive = '' } = (step.annotation ?? {}) as Partial<TraceAnnotation>;
  const functions = callsOf(step)
    .slice(-2)
    .map(({ file, name }) => `${file}:${name}`);
  return [...functions, primitive, step.cell].join(' ');
}

function observation(text: string, timeLimit: number): Observation | undefined {
  try {
    const test = parseLitmus(text);
    return judge(test, modelNamed('lkmm'), { verdictOnly: true, timeLimit }).observation;
  } catch (thrown) {
    if (thrown instanceof LimitReached) return undefined;
    throw thrown;
  }
}
