import { ModelError } from './errors.js';
import { batches, type Estimate, estimate, expectedSize } from './estimate.js';
import { encodeExecutionId } from './execution-id.js';
import { Exploration, Outcome } from './exploration.js';
import { type ExecutionGraph, EventKind, none } from './graph.js';
import { isSequentiallyConsistent, type Linearization, linearize } from './linearization.js';
import type { MemoryModel } from './memory-model.js';
import { mustBeAtLeast, mustBeModel, mustBeOneOf, shown } from './options.js';
import type { Setup } from './program.js';
import type { Incompleteness, Result, Verdict, ViolationReport } from './result.js';
import { programError } from './thrown.js';
import type { Violation } from './violation.js';

/** How far an exploration has come. */
export interface Progress {
  readonly executions: number;
  readonly blocked: number;
  readonly violating: number;
  /** The share of the search tree that is done, 0 to 1. */
  readonly explored: number;
  /** How many executions there will be in the end. */
  readonly estimate: Estimate;
  /** Executions per second, since the start. */
  readonly rate: number;
  readonly milliseconds: number;
  /** Resident memory of the process, in bytes; 0 where there is no process, as in a browser. */
  readonly memory: number;
}

export interface ExploreOptions {
  readonly model: MemoryModel;
  /** `first violation` stops at the first; default `exhaustive`. */
  readonly strategy?: 'exhaustive' | 'first violation';
  readonly maximumExecutions?: number;
  readonly maximumMilliseconds?: number;
  /** A thread with more events is cut off, and the verdict is bounded. Default 4,096. */
  readonly maximumThreadLength?: number;
  /** Situations that must arise in some execution; else the verdict is vacuous. */
  readonly mustCover?: readonly string[];
  /** Names the program in the ids of its executions; default empty. */
  readonly fingerprint?: string;
  readonly onProgress?: (progress: Progress) => void;
  /** The time between two calls of `onProgress`, in milliseconds; default 1,000. */
  readonly progressInterval?: number;
}

interface Found {
  readonly property: string;
  readonly message: string;
  executions: number;
  best: Linearization;
}

/** How many executions per violation are linearized to find the simplest. */
const witnessesCompared = 50;

const limits = {
  maximumExecutions: 0,
  maximumMilliseconds: 0,
  maximumThreadLength: 1,
  progressInterval: 0,
} as const satisfies { readonly [option in keyof ExploreOptions]?: number };

/** Refuses options that plain JavaScript could give, and that would be ignored. */
function mustBeRight(options: ExploreOptions | undefined): void {
  mustBeModel(options?.model, 'explore');
  if (options.strategy !== undefined)
    mustBeOneOf(['exhaustive', 'first violation'], options.strategy, 'strategy');
  for (const [name, least] of Object.entries(limits)) {
    const value = options[name as keyof typeof limits];
    if (value !== undefined) mustBeAtLeast(least, value, name);
  }
  const { mustCover } = options as { readonly mustCover?: unknown };
  if (mustCover !== undefined && !Array.isArray(mustCover))
    throw new TypeError(`mustCover is ${shown(mustCover)}: it must be an array of situations`);
}

/**
 * One exploration that is run in slices, so that the caller can stop it, or do other work, in between.
 */
export class ExplorationRun {
  readonly #exploration: Exploration | undefined;
  readonly #found = new Map<string, Found>();
  readonly #observed = new Map<string, Found>();
  readonly #started = performance.now();
  #violating = 0;
  #error: string | undefined;
  #incomplete: Incompleteness | undefined;
  #nextProgress: number;
  #sampled: Estimate | undefined;

  constructor(
    private readonly setup: Setup,
    private readonly options: ExploreOptions,
  ) {
    mustBeRight(options);
    this.#nextProgress = this.#started + (options.progressInterval ?? 1000);
    this.#exploration = this.#guarded(
      () =>
        new Exploration(setup, {
          model: options.model,
          onRestart: () => {
            this.#found.clear();
            this.#observed.clear();
            this.#violating = 0;
          },
          onExecution: (outcome, graph, violations, observations) => {
            this.#executed(outcome, graph, violations);
            for (const { property, message } of observations)
              note(this.#observed, property, message, graph, none);
          },
          ...(options.maximumThreadLength === undefined
            ? {}
            : { maximumThreadLength: options.maximumThreadLength }),
        }),
    );
  }

  /**
   * Explores for about so long.
   *
   * @returns whether the exploration has ended
   */
  advance(milliseconds = Infinity): boolean {
    const exploration = this.#exploration;
    if (exploration === undefined || this.#wasStopped()) return true;
    const { onProgress, progressInterval = 1000, maximumMilliseconds = Infinity } = this.options;
    const until = performance.now() + milliseconds;
    let countdown = 1;
    let now = 0;
    const pause = (): boolean => {
      if (this.#shouldEnd(exploration)) return true;
      if (--countdown > 0) return false;
      countdown = 64;
      now = performance.now();
      if (now - this.#started >= maximumMilliseconds) this.#incomplete = 'time limit';
      return (
        this.#wasStopped() ||
        now >= until ||
        (onProgress !== undefined && now >= this.#nextProgress)
      );
    };
    let operations = 0;
    const pauseWithin = (): boolean => {
      if (exploration.operations - operations < 2000) return false;
      operations = exploration.operations;
      countdown = 1;
      return pause();
    };
    for (;;) {
      const ended = this.#guarded(() => exploration.advance(pause, pauseWithin)) !== false;
      // Outside of the program: what the caller's function throws is the caller's.
      if (onProgress !== undefined && now >= this.#nextProgress && this.#error === undefined) {
        this.#nextProgress = Infinity;
        onProgress(this.progress());
        this.#nextProgress = performance.now() + progressInterval;
      }
      if (ended || this.#wasStopped()) return true;
      if (now >= until) return false;
    }
  }

  #wasStopped(): boolean {
    return this.#incomplete !== undefined;
  }

  /** Ends the exploration where it is; the result says so. */
  interrupt(): void {
    if (this.#exploration?.done === false) this.#incomplete ??= 'interrupted';
  }

  /** The share of the search tree that is done, 0 to 1. */
  get explored(): number {
    return this.#exploration?.explored ?? 0;
  }

  progress(): Progress {
    const exploration = this.#exploration;
    const { explored } = this;
    const milliseconds = performance.now() - this.#started;
    const executions = exploration?.executions ?? 0;
    this.#sampled ??= this.#guarded(() => {
      const until = performance.now() + 200;
      let taken = 0;
      return estimate(this.setup, {
        model: this.options.model,
        samples: 200,
        // Fewer than that give no interval, on the busiest machine.
        shouldStop: () => ++taken >= batches && performance.now() >= until,
      });
    }) ?? { mean: executions, low: executions, high: executions, samples: 0 };
    return {
      executions,
      blocked: exploration?.blocked ?? 0,
      violating: this.#violating,
      explored,
      estimate: expectedSize(this.#sampled, executions, explored),
      rate: milliseconds > 0 ? (executions / milliseconds) * 1000 : 0,
      milliseconds,
      memory: residentMemory(),
    };
  }

  result(): Result {
    const exploration = this.#exploration;
    const incomplete: Incompleteness | undefined =
      this.#incomplete ??
      (exploration?.done === false && this.#error === undefined
        ? 'interrupted'
        : exploration?.cutOff === undefined
          ? undefined
          : 'thread length');
    const complete = incomplete === undefined && this.#error === undefined;
    const neverCovered = (this.options.mustCover ?? []).filter(
      (label) => exploration?.covered.has(label) !== true,
    );
    const violations = this.#reports(this.#found);
    const observations = this.#reports(this.#observed);
    const verdict: Verdict =
      this.#error !== undefined
        ? 'model error'
        : this.#violating > 0
          ? 'violated'
          : violations.length > 0
            ? 'deadlock'
            : !complete
              ? 'bounded'
              : neverCovered.length > 0 ||
                  exploration!.executions === 0 ||
                  exploration!.operations === 0
                ? 'vacuous'
                : 'verified';
    return {
      verdict,
      covers: covers(verdict, exploration, incomplete, neverCovered, this.#error, observations),
      complete,
      ...(incomplete === undefined ? {} : { incomplete }),
      model: this.options.model.id,
      executions: exploration?.executions ?? 0,
      violating: this.#violating,
      blocked: exploration?.blocked ?? 0,
      deadlocks: exploration?.deadlocks ?? 0,
      violations,
      ...(observations.length === 0 ? {} : { observations }),
      neverCovered,
      ...(this.#error === undefined ? {} : { error: this.#error }),
      milliseconds: performance.now() - this.#started,
    };
  }

  #guarded<T>(body: () => T): T | undefined {
    try {
      return body();
    } catch (thrown) {
      if (thrown instanceof ModelError) this.#error = thrown.message;
      // A condition or a change threw what is no error.
      else if (!(thrown instanceof Error))
        this.#error = programError(thrown, 'the program').message;
      else throw thrown;
      return undefined;
    }
  }

  #shouldEnd(exploration: Exploration): boolean {
    if (this.options.strategy === 'first violation' && this.#found.size > 0)
      this.#incomplete = 'first violation';
    else if (exploration.executions >= (this.options.maximumExecutions ?? Infinity))
      this.#incomplete = 'execution limit';
    return this.#incomplete !== undefined;
  }

  #executed(outcome: Outcome, graph: ExecutionGraph, violations: readonly Violation[]): void {
    if (outcome === Outcome.deadlock) {
      note(this.#found, 'deadlock', this.#waits(graph), graph, none);
      return;
    }
    if (outcome !== Outcome.complete || violations.length === 0) return;
    this.#violating++;
    for (const violation of violations) {
      const { property, message } = violation;
      note(this.#found, property, message, graph, violationEvent(graph, violation));
    }
  }

  #waits(graph: ExecutionGraph): string {
    const exploration = this.#exploration!;
    const waits: string[] = [];
    exploration.registry.threads.forEach(({ name }, thread) => {
      if (graph.started[thread] === 0 || graph.ended(thread)) return;
      const stuck = graph.stuckAt(thread);
      const what =
        stuck !== none
          ? exploration.registry.cells[graph.location[stuck]!]
          : exploration.waitsFor(thread);
      waits.push(
        `${name} waits for ${typeof what === 'number' ? exploration.registry.threads[what]!.name : (what?.name ?? 'something')}`,
      );
    });
    return waits.join(', ');
  }

  #reports(found: ReadonlyMap<string, Found>): ViolationReport[] {
    return [...found.values()].map(({ property, message, executions, best }) => ({
      property,
      message,
      executions,
      witness: {
        id: encodeExecutionId(best, this.options.fingerprint ?? ''),
        switches: best.switches,
        weakSteps: best.weakSteps,
        steps: best.threads.length,
      },
    }));
  }
}

function note(
  all: Map<string, Found>,
  property: string,
  message: string,
  graph: ExecutionGraph,
  until: number,
): void {
  const key = `${property}\n${message}`;
  const known = all.get(key);
  if (known === undefined) {
    all.set(key, { property, message, executions: 1, best: linearize(graph, until)! });
    return;
  }
  known.executions++;
  if (
    known.executions <= witnessesCompared ||
    (known.best.weakSteps > 0 && isSequentiallyConsistent(graph))
  ) {
    known.best = linearize(graph, until, known.best) ?? known.best;
  }
}

function residentMemory(): number {
  const { process } = globalThis as { readonly process?: Partial<NodeJS.Process> };
  return process?.memoryUsage?.rss() ?? 0;
}

/** The event with which a thread ended by this violation, or `none` for one found at the end. */
function violationEvent(graph: ExecutionGraph, violation: Violation): number {
  for (let event = 0; event < graph.size; event++) {
    if (graph.kind[event] === EventKind.violation && graph.value[event] === violation) return event;
  }
  return none;
}

function covers(
  verdict: Verdict,
  exploration: Exploration | undefined,
  incomplete: Incompleteness | undefined,
  neverCovered: readonly string[],
  error: string | undefined,
  observations: readonly unknown[],
): string {
  const count = exploration?.executions ?? 0;
  const executions = `${count.toLocaleString('en')} ${count === 1 ? 'execution' : 'executions'}`;
  const all = count === 1 ? 'the one execution' : `all ${executions}`;
  const were = count === 1 ? 'was' : 'were';
  const part =
    incomplete === undefined
      ? ''
      : ` (${reason(incomplete, exploration)}; not everything was explored)`;
  switch (verdict) {
    case 'verified':
      return `${all} ${count === 1 ? 'satisfies' : 'satisfy'} every property${observations.length > 0 ? ' that must hold' : ''}`;
    case 'violated':
    case 'deadlock':
      return incomplete === undefined
        ? `${all} ${were} explored`
        : `${executions} ${were} explored${part}`;
    case 'bounded':
      return `nothing was found in ${executions}${part}`;
    case 'vacuous':
      return neverCovered.length > 0
        ? `${all} ${were} explored, and it never happened that: ${neverCovered.join('; ')}`
        : count === 0
          ? 'the program has no execution: some assumption fails in each'
          : 'no thread performs an operation: there is nothing to explore';
    case 'model error':
      return error ?? 'the program cannot be explored';
  }
}

function reason(incomplete: Incompleteness, exploration: Exploration | undefined): string {
  if (incomplete === 'thread length')
    return `${exploration?.cutOff ?? 'a thread'} was cut off at the maximal number of events; a loop that waits must use await()`;
  return incomplete === 'interrupted' ? 'interrupted' : `stopped by: ${incomplete}`;
}

/**
 * Explores a program under a memory model.
 *
 * @example
 * explore(() => {
 *   const x = cell(0);
 *   return { threads: [() => x.write(1), () => x.read()] };
 * }, { model: sc }).executions // 2
 */
export function explore(setup: Setup, options: ExploreOptions): Result {
  const run = new ExplorationRun(setup, options);
  run.advance();
  return run.result();
}

/** Lets the event loop do what is due; there is no setImmediate() in a browser. */
function soon(resolve: () => void): void {
  const { setImmediate: atOnce } = globalThis as Partial<typeof globalThis>;
  if (atOnce === undefined) setTimeout(resolve, 0);
  else atOnce(resolve);
}

/**
 * As {@link explore}, giving way to the event loop every 50 ms; `signal` interrupts it.
 */
export async function exploreAsync(
  setup: Setup,
  options: ExploreOptions & { readonly signal?: AbortSignal },
): Promise<Result> {
  const run = new ExplorationRun(setup, options);
  while (!run.advance(50)) {
    await new Promise<void>(soon);
    if (options.signal?.aborted === true) run.interrupt();
  }
  return run.result();
}
