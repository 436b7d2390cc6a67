import { UnsupportedError } from '../errors.js';
import { anyValue, type Value } from '../value.js';
import { circularCopies } from './copies.js';
import { type Limit } from './limit.js';
import {
  CutOff,
  LoopBound,
  type ThreadEvent,
  ThreadMemory,
  type ThreadProgram,
  type ThreadRun,
  WildAccess,
} from './thread.js';

/** What comes of running a thread: runs to its end, and those that were left before it. */
interface Runs {
  readonly complete: ThreadRun[];
  /** Of these only what they wrote is of interest: it may be what lets another run end. */
  readonly cutOff: readonly ThreadEvent[][];
  /** Whether a loop went on beyond its bound in one of these. */
  readonly beyondBound: boolean;
  /** Whether what a read returned decided about the way of one of these. */
  readonly hasDecided: boolean;
}

/**
 * Every run of a thread.
 *
 * @param isGuessing whether to take both ways wherever what a read returned would decide
 */
function runsOf(
  program: ThreadProgram,
  possibleValues: ThreadMemory['possibleValues'],
  limit: Limit,
  isGuessing: boolean,
): Runs {
  const complete: ThreadRun[] = [];
  const cutOff: ThreadEvent[][] = [];
  let beyondBound = false;
  let hasDecided = false;
  // The choices of the current run, and how many there were; advanced like an odometer.
  const taken: number[] = [];
  const offered: number[] = [];
  for (;;) {
    limit.check();
    let depth = 0;
    const memory = new ThreadMemory(
      <T>(options: readonly T[]): T => {
        if (options.length === 0) throw new CutOff();
        if (depth === taken.length) {
          taken.push(0);
          offered.push(options.length);
        }
        return options[taken[depth++]!]!;
      },
      possibleValues,
      isGuessing,
    );
    try {
      const registers = memory.final(program(memory));
      complete.push({ events: memory.events, registers });
    } catch (error) {
      const leadsNowhere = error instanceof CutOff || error instanceof WildAccess;
      // A wrong guess may lead to what no run does, and a value that may be any to what cannot be told.
      const isKnown = !isGuessing && !memory.events.some(({ value }) => value === anyValue);
      if (!leadsNowhere && (isKnown || !(error instanceof UnsupportedError))) throw error;
      beyondBound ||= error instanceof LoopBound;
      cutOff.push(memory.events);
    }
    hasDecided ||= memory.hasDecided;
    while (taken.length > 0 && taken.at(-1)! + 1 === offered.at(-1)!) {
      taken.pop();
      offered.pop();
    }
    if (taken.length === 0) return { complete, cutOff, beyondBound, hasDecided };
    taken[taken.length - 1]!++;
  }
}

/**
 * Every run of each thread, with values that some thread may have written; a value on which nothing in the
 * thread depends is left open.
 *
 * Which values these are is found by letting the domains grow from the initial values. A value may also
 * justify itself: a thread that writes it since it reads it, by way of an `if` and of other threads. So where
 * anything depends on a read, threads go both ways, whatever they read: the values of an execution come from
 * constants by the steps of its threads, once it is settled which way each goes.
 *
 * @param options.isCoherent whether a read returns nothing that its own thread has overwritten, or is yet to write
 * @param options.withCopies whether to look for values, too, that plain copies of themselves alone justify
 * @returns per thread its runs, and whether some longer ones were left out: loops have a bound
 */
export function allRuns(
  programs: readonly ThreadProgram[],
  initial: ReadonlyMap<string, Value>,
  limit: Limit,
  { isCoherent = true, withCopies = false } = {},
): { readonly runs: ThreadRun[][]; readonly beyondBound: boolean } {
  const runAll = (domains: Domains, isGuessing: boolean): Runs[] =>
    programs.map((program, thread) =>
      runsOf(
        program,
        (location, own) =>
          isCoherent ? domains.readableBy(thread, location, own) : domains.of(location),
        limit,
        isGuessing,
      ),
    );
  /** A value that comes about by reads from n writes takes n rounds: there need be no more than writes. */
  const grown = (isGuessing: boolean) => {
    let domains = new Domains(initial);
    for (let round = 0; ; round++) {
      const runs = runAll(domains, isGuessing);
      const next = domains.with(runs);
      const isSettled = !next.hasMoreThan(domains);
      if (isSettled || round > mostWrites(runs)) {
        return { from: domains, domains: next, runs, isSettled };
      }
      domains = next;
    }
  };
  const { from, domains, runs: justified, isSettled } = grown(false);
  let runs = justified;
  const isClosed =
    !runs.some(({ hasDecided }) => hasDecided) ||
    (isSettled && !from.with(runAll(from, true)).hasMoreThan(domains));
  /** Runs whose reads read what some run writes after all. */
  const shrunk = (given: Domains) => {
    for (let left = given; ;) {
      const all = runAll(left, false);
      const written = left.onlyOf(new Domains(initial).with(all));
      if (!left.hasMoreThan(written)) return { from: left, runs: all };
      left = written;
    }
  };
  let known = from;
  if (!isClosed) ({ from: known, runs } = shrunk(grown(true).domains));
  const copies = withCopies ? circularCopies(runs.map(({ complete }) => complete)) : [];
  if (copies.length > 0) ({ runs } = shrunk(known.withAny(copies, programs.length)));
  return {
    runs: runs.map(({ complete }) => complete),
    beyondBound: runs.some((ofThread) => ofThread.beyondBound),
  };
}

/** The values that each location may hold: its initial one, and those that each thread writes. */
class Domains {
  /** Per location and thread. */
  readonly #written = new Map<string, readonly ReadonlySet<Value>[]>();

  constructor(readonly initial: ReadonlyMap<string, Value>) {}

  /**
   * What a thread may read, when it has last written `own`: that, or what another thread writes. Coherence
   * hides from it what is overwritten or to come.
   */
  readableBy(thread: number, location: string, own: Value | undefined): readonly Value[] {
    const values = new Set([own ?? this.initial.get(location) ?? 0]);
    this.#written.get(location)?.forEach((written, other) => {
      if (other !== thread) for (const value of written) values.add(value);
    });
    return [...values];
  }

  of(location: string): readonly Value[] {
    const written = this.#written.get(location) ?? [];
    return [...new Set([this.initial.get(location) ?? 0, ...written.flatMap((each) => [...each])])];
  }

  hasMoreThan(other: Domains): boolean {
    return [...this.#written].some(([location, written]) =>
      written.some((values, thread) =>
        [...values].some((value) => !other.#isWritten(location, thread, value)),
      ),
    );
  }

  /** These, and what each thread's runs write. */
  with(runs: readonly Runs[]): Domains {
    const written = new Map<string, Set<Value>[]>();
    const ofLocation = (location: string): Set<Value>[] => {
      let sets = written.get(location);
      if (!sets) written.set(location, (sets = runs.map(() => new Set<Value>())));
      return sets;
    };
    for (const [location, sets] of this.#written) {
      written.set(
        location,
        sets.map((values) => new Set(values)),
      );
    }
    runs.forEach(({ complete, cutOff }, thread) => {
      for (const events of [...complete.map((run) => run.events), ...cutOff]) {
        for (const event of events.filter(isWrite)) {
          ofLocation(event.location!)[thread]!.add(event.value!);
        }
      }
    });
    const result = new Domains(this.initial);
    for (const [location, sets] of written) result.#written.set(location, sets);
    return result;
  }

  /** These, and a value that may be any, where and by whom it is copied. */
  withAny(copies: ReturnType<typeof circularCopies>, threads: number): Domains {
    const result = this.onlyOf(this);
    for (const [location, thread] of copies) {
      const none = Array.from({ length: threads }, () => new Set<Value>());
      const written = (result.#written.get(location) ?? none).map((values) => new Set(values));
      written[thread]!.add(anyValue);
      result.#written.set(location, written);
    }
    return result;
  }

  /** Those of these that are among the others. */
  onlyOf(others: Domains): Domains {
    const result = new Domains(this.initial);
    for (const [location, written] of this.#written) {
      const left = written.map(
        (values, thread) =>
          new Set([...values].filter((value) => others.#isWritten(location, thread, value))),
      );
      result.#written.set(location, left);
    }
    return result;
  }

  #isWritten(location: string, thread: number, value: Value): boolean {
    return this.#written.get(location)?.[thread]?.has(value) ?? false;
  }
}

/** At most so many writes are in one run of each thread together. */
function mostWrites(runs: readonly Runs[]): number {
  let sum = 0;
  for (const { complete, cutOff } of runs) {
    let most = 0;
    for (const events of [...complete.map((run) => run.events), ...cutOff]) {
      most = Math.max(most, events.filter(isWrite).length);
    }
    sum += most;
  }
  return sum;
}

export function isWrite({ kind }: { readonly kind: string }): boolean {
  return kind === 'write' || kind === 'LKW' || kind === 'UL';
}

export function isRead({ kind }: { readonly kind: string }): boolean {
  return kind === 'read' || kind === 'LKR' || kind === 'LF' || kind === 'RU';
}
