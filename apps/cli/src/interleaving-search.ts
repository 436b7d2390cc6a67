import {
  contextBounded,
  encodeExecutionId,
  EventKind,
  type ExecutionGraph,
  type Incompleteness,
  linearize,
  type MemoryKind,
  ModelError,
  none,
  replay,
  type Result,
  sample,
  type Schedule,
  type SearchOptions,
  type SearchProgress,
  type Trace,
  type Verdict,
  type ViolationReport,
} from '@pagerace/explorer';
import type { Run } from '@pagerace/kernel';
import { count, counted, type SearchFacts } from '@pagerace/report';
import { UsageError } from './failure.js';
import { modelError } from './model-error.js';
import { planOf } from './schedule-plan.js';
import type { Strategy } from './strategy.js';

/** The strategies that go through interleavings and not through execution graphs. */
export type InterleavingStrategy = Extract<Strategy, { kind: 'bounded' | 'random' }>;

/** A result, with how far the search went that came to it. */
export interface Searched extends Result {
  readonly search?: SearchFacts;
}

/** What a search has found, in the words that both kinds share. */
interface Found {
  readonly executions: number;
  readonly deadlocks: number;
  readonly excluded: number;
  readonly violating: number;
  readonly covered: ReadonlySet<string>;
  /** Whether a thread performed an operation. */
  readonly acted: boolean;
  /** The thread that was cut off, if one was. */
  readonly cutOff?: string;
  /** The way to what is wrong, if anything is. */
  readonly schedule: Schedule | undefined;
  /** Why it is not everything; undefined if it is. */
  readonly incomplete: Incompleteness | undefined;
  /** What was looked at, for a sentence. */
  readonly looked: string;
  /** What it is worth that nothing was found there. */
  readonly guarantee?: string;
  readonly search: SearchFacts;
}

/**
 * Explores a run by its interleavings: with few preemptions, or at random.
 *
 * @param shouldStop asked now and then
 * @throws {UsageError} for a memory model that has no store buffers or less
 */
export function searchInterleavings(
  run: Run,
  strategy: InterleavingStrategy,
  shouldStop: () => boolean,
  onProgress: (progress: SearchProgress) => void,
): Searched {
  const started = performance.now();
  const limits = new Limits(strategy, shouldStop, onProgress);
  const memory = memoryOf(run, strategy);
  let found: Found;
  try {
    found =
      strategy.kind === 'bounded'
        ? bounded(run, strategy, memory, limits)
        : random(run, strategy, memory, limits);
  } catch (thrown) {
    if (!(thrown instanceof ModelError)) throw thrown;
    return modelError(run.model.id, thrown.message, performance.now() - started);
  }
  return resultOf(run, found, memory, started);
}

function memoryOf({ model }: Run, { kind }: InterleavingStrategy): MemoryKind {
  if (model.id === 'sc' || model.id === 'tso') return model.id;
  throw new UsageError(`--strategy ${kind} knows the memory models sc and tso, not ${model.id}`);
}

/** When a search is to end early, and why it did. */
class Limits implements SearchOptions {
  readonly #started = performance.now();
  #executions = 0;
  reason: Incompleteness | undefined;

  constructor(
    private readonly strategy: InterleavingStrategy,
    private readonly isInterrupted: () => boolean,
    private readonly told: (progress: SearchProgress) => void,
  ) {}

  readonly onProgress = (progress: SearchProgress): void => {
    this.#executions = progress.executions;
    this.told(progress);
  };

  readonly shouldStop = (): boolean => {
    const { maximumExecutions = Infinity, maximumMilliseconds = Infinity } = this.strategy;
    if (this.isInterrupted()) this.reason = 'interrupted';
    else if (performance.now() - this.#started >= maximumMilliseconds) this.reason = 'time limit';
    else if (this.#executions >= maximumExecutions) this.reason = 'execution limit';
    return this.reason !== undefined;
  };
}

function bounded(
  run: Run,
  { bound }: Extract<Strategy, { kind: 'bounded' }>,
  memory: MemoryKind,
  limits: Limits,
): Found {
  const result = contextBounded(run.setup, {
    memory,
    bound,
    shouldStop: limits.shouldStop,
    onProgress: limits.onProgress,
  });
  const { outcome, explored, violation, deadlock } = result;
  const search = { kind: 'bounded', bound, explored } as const;
  const looked =
    outcome === 'violated' ? violation!.preemptions : outcome === 'interrupted' ? explored : bound;
  return {
    ...result,
    search,
    violating: violation === undefined ? 0 : 1,
    schedule: violation?.schedule ?? deadlock,
    incomplete: {
      violated: 'first violation',
      complete: undefined,
      bounded: result.cutOff === undefined ? 'context bound' : 'thread length',
      interrupted: limits.reason ?? 'interrupted',
    }[outcome] as Incompleteness | undefined,
    looked:
      looked < 0
        ? 'not even all without a preemption'
        : `with at most ${counted(looked, 'preemption')}`,
  };
}

function random(
  run: Run,
  strategy: Extract<Strategy, { kind: 'random' }>,
  memory: MemoryKind,
  limits: Limits,
): Found {
  const { seed, samples, depth } = strategy;
  const result = sample(run.setup, {
    memory,
    seed,
    samples,
    depth,
    shouldStop: limits.shouldStop,
    onProgress: limits.onProgress,
  });
  const { violation, deadlock, violated, probability, threads, steps } = result;
  const { probabilityPerRun } = result;
  const facts = {
    seed,
    samples: result.samples,
    depth,
    threads,
    steps,
    probabilityPerRun,
    probability,
  };
  return {
    ...result,
    search: { kind: 'random', ...facts },
    violating: violated,
    schedule: violation?.schedule ?? deadlock,
    incomplete:
      result.outcome === 'violated'
        ? 'first violation'
        : (limits.reason ?? (result.cutOff === undefined ? 'sampling' : 'thread length')),
    looked: `in ${counted(result.samples, 'random run')} (seed ${String(seed)})`,
    guarantee:
      `, which would find a bug of depth ${String(depth)} with a probability of at least ` +
      `${percent(probability)} (${count(threads)} threads and buffers, ${count(steps)} steps)`,
  };
}

/** Rounded down, and never 100: a guarantee must not be made larger. */
function percent(probability: number): string {
  const digits = 10 ** Math.max(0, 1 - Math.floor(Math.log10(Math.max(probability * 100, 1e-12))));
  const rounded = Math.floor(probability * 100 * digits) / digits;
  return `${String(Math.min(rounded, 99.99))} %`;
}

/** The reason as `ExplorationRun` tells it. */
function whyNot(why: Incompleteness | undefined, { cutOff }: Found): string {
  return why === 'thread length'
    ? `${cutOff!} was cut off at the maximal number of events; a loop that waits must use await()`
    : String(why);
}

function resultOf(run: Run, found: Found, memory: MemoryKind, started: number): Searched {
  const { executions, deadlocks, excluded, violating, covered, acted, schedule, incomplete } =
    found;
  const neverCovered = run.mustCover.filter((label) => !covered.has(label));
  const violations =
    schedule === undefined
      ? []
      : [violationOf(run, memory, schedule, violating > 0 ? violating : deadlocks)];
  const verdict: Verdict =
    violating > 0
      ? 'violated'
      : violations.length > 0
        ? 'deadlock'
        : !acted && executions > 0
          ? 'vacuous'
          : incomplete !== undefined
            ? 'bounded'
            : neverCovered.length > 0 || executions === 0
              ? 'vacuous'
              : 'verified';
  return {
    model: run.model.id,
    milliseconds: performance.now() - started,
    verdict,
    covers: covers(verdict, found, neverCovered),
    complete: incomplete === undefined,
    ...(incomplete === undefined ? {} : { incomplete }),
    executions,
    violating,
    blocked: excluded,
    deadlocks,
    violations,
    neverCovered: verdict === 'vacuous' ? neverCovered : [],
    search: found.search,
  };

  function covers(
    of: Verdict,
    { incomplete: why, looked, guarantee = '' }: Found,
    never: readonly string[],
  ): string {
    const one = executions === 1;
    const runs = one ? 'the one interleaving' : `all ${count(executions)} interleavings`;
    switch (of) {
      case 'verified':
        return `${runs} ${one ? 'satisfies' : 'satisfy'} every property, and no bound cut any off`;
      case 'vacuous':
        return acted && never.length > 0
          ? `${runs} ${one ? 'was' : 'were'} explored, and it never happened that: ${never.join('; ')}`
          : acted
            ? 'the program has no execution: some assumption fails in each'
            : 'no thread performs an operation: there is nothing to explore';
      case 'bounded':
        return `nothing was found ${looked}${guarantee}${why === 'context bound' || why === 'sampling' ? '' : ` (${whyNot(why, found)})`}; not everything was explored`;
      default:
        return `found ${looked}; not everything was explored`;
    }
  }
}

/** What is wrong at the end of a schedule, told as shortly as it can be. */
function violationOf(
  run: Run,
  memory: MemoryKind,
  schedule: Schedule,
  executions: number,
): ViolationReport {
  const trace = replay(run.setup, planOf(run.setup, memory, schedule), run.model);
  const violation = trace.violations[0];
  const told = linearize(
    trace.graph,
    violation === undefined ? none : endOf(trace.graph, violation),
  )!;
  return {
    property: violation?.property ?? 'deadlock',
    message: violation?.message ?? waits(trace),
    executions,
    witness: {
      id: encodeExecutionId(told, run.fingerprint),
      switches: told.switches,
      weakSteps: told.weakSteps,
      steps: told.threads.length,
    },
  };
}

/** The event with which a thread ended by a violation, or `none` for one found in the end. */
function endOf(graph: ExecutionGraph, violation: unknown): number {
  for (let event = 0; event < graph.size; event++) {
    if (graph.kind[event] === EventKind.violation && graph.value[event] === violation) return event;
  }
  return none;
}

function waits({ waiting, threadNames }: Trace): string {
  return waiting
    .map(({ thread, for: what }) => `${threadNames[thread]!} waits for ${what}`)
    .join(', ');
}
