import { type Value } from '../value.js';
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
}

/** Every run of a thread whose reads return values from the given domains. */
export function runsOf(
  program: ThreadProgram,
  domain: (location: string) => readonly Value[],
  limit: Limit,
): Runs {
  const complete: ThreadRun[] = [];
  const cutOff: ThreadEvent[][] = [];
  let beyondBound = false;
  // The choices of the current run, and how many there were; advanced like an odometer.
  const taken: number[] = [];
  const offered: number[] = [];
  for (;;) {
    limit.check();
    let depth = 0;
    const memory = new ThreadMemory(<T>(options: readonly T[]): T => {
      if (options.length === 0) throw new CutOff();
      if (depth === taken.length) {
        taken.push(0);
        offered.push(options.length);
      }
      return options[taken[depth++]!]!;
    }, domain);
    try {
      const registers = program(memory);
      complete.push({ events: memory.events, registers });
    } catch (error) {
      if (!(error instanceof CutOff) && !(error instanceof WildAccess)) throw error;
      beyondBound ||= error instanceof LoopBound;
      cutOff.push(memory.events);
    }
    while (taken.length > 0 && taken.at(-1)! + 1 === offered.at(-1)!) {
      taken.pop();
      offered.pop();
    }
    if (taken.length === 0) return { complete, cutOff, beyondBound };
    taken[taken.length - 1]!++;
  }
}

/**
 * Every run of each thread, with values that some thread may have written. The domains grow from the
 * initial values; a value that comes about by reads from n writes takes n rounds, so that there need be
 * no more rounds than there are writes.
 *
 * @returns per thread its runs, and whether some longer ones were left out: loops have a bound
 */
export function allRuns(
  programs: readonly ThreadProgram[],
  initial: ReadonlyMap<string, Value>,
  limit: Limit,
): { readonly runs: ThreadRun[][]; readonly beyondBound: boolean } {
  const domains = new Map<string, Set<Value>>();
  const domain = (location: string): Set<Value> => {
    let values = domains.get(location);
    if (!values) domains.set(location, (values = new Set([initial.get(location) ?? 0])));
    return values;
  };
  for (let round = 0; ; round++) {
    const known = new Map([...domains].map(([location, values]) => [location, [...values]]));
    const runs = programs.map((program) =>
      runsOf(program, (location) => known.get(location) ?? [...domain(location)], limit),
    );
    let grown = false;
    let writes = 0;
    for (const { complete, cutOff } of runs) {
      const events = [...complete.map((run) => run.events), ...cutOff];
      writes += Math.max(0, ...events.map((ofRun) => ofRun.filter(isWrite).length));
      for (const event of events.flat().filter(isWrite)) {
        const values = domain(event.location!);
        grown ||= !values.has(event.value!);
        values.add(event.value!);
      }
    }
    if (!grown || round > writes) {
      return {
        runs: runs.map(({ complete }) => complete),
        beyondBound: runs.some((ofThread) => ofThread.beyondBound),
      };
    }
  }
}

export function isWrite({ kind }: { readonly kind: string }): boolean {
  return kind === 'write' || kind === 'LKW' || kind === 'UL';
}

export function isRead({ kind }: { readonly kind: string }): boolean {
  return kind === 'read' || kind === 'LKR' || kind === 'LF' || kind === 'RU';
}
