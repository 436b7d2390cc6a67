import {
  type ExploreOptions,
  ExplorationRun,
  type Result,
  watchPrograms,
} from '@pagerace/explorer';
import type { Registry, Run } from '@pagerace/kernel';
import type { OrderingSite, OrderingSites } from '@pagerace/machine';
import type { Extent, ProgressFacts } from '@pagerace/report';
import { type ComparisonPlan, type ComparisonRequest, planComparison } from './comparison-plan.js';
import { searchInterleavings } from './interleaving-search.js';
import { type Effort, type Measured, measure } from './measuring.js';
import { loadRegistry } from './plugins.js';
import { Pulse } from './pulse.js';
import { attempt, type Replayed, type ReplayRequest, showAgain } from './replaying.js';
import { type Choice, namedKernels, select, type Selected, wordsOf } from './selection.js';
import type { Strategy } from './strategy.js';
import { mustFit } from './weakened-sites.js';
import { type Showing, timelinesOf } from './witness-text.js';

/** What the worker is made with. */
export interface WorkerData {
  readonly plugins: readonly string[];
  /** One word that is not 0 when the user wants an end. */
  readonly interrupted: Int32Array;
  /** The memory of a {@link Pulse}. */
  readonly pulse: SharedArrayBuffer;
}

/** What there is to do. Programs cannot be sent to a worker: it composes the run itself. */
export type Task =
  /** Says what a comparison is to explore. */
  | { readonly kind: 'plan'; readonly request: ComparisonRequest }
  /** Says what a choice comes to. */
  | { readonly kind: 'select'; readonly choice: Choice }
  | ExploreTask
  | { readonly kind: 'measure'; readonly choice: Choice; readonly effort: Effort }
  /** Shows one execution again. */
  | {
      readonly kind: 'replay';
      readonly choice: Choice;
      readonly request: ReplayRequest;
    };

export interface ExploreTask {
  readonly kind: 'explore';
  readonly choice: Choice;
  readonly strategy: Strategy;
  /** Milliseconds between two tellings of progress. */
  readonly progressInterval: number;
  /** Which executions that go wrong are shown; none by default. */
  readonly showing?: Showing;
}

/** What the worker says during a task. */
export type WorkerNews =
  | { readonly kind: 'progress'; readonly progress: ProgressFacts }
  /** Said once of a violation, when the search for a simpler one takes its time. */
  | { readonly kind: 'violation'; readonly timelines: readonly string[] };

/** What the worker answers to each task. */
export interface Answers {
  readonly plan: ComparisonPlan;
  readonly select: Selected;
  readonly explore: Explored & {
    readonly met: readonly OrderingSite[];
    /** Those that were to be shown and were not yet. */
    readonly timelines: readonly string[];
  };
  readonly measure: Measured;
  readonly replay: Replayed;
}

/** What the worker says. */
export type WorkerMessage = WorkerNews | { readonly kind: 'answer'; readonly answer: unknown };

/** What an exploration found out. */
export interface Explored {
  readonly result: Result;
  /** Of one that ended early: how far it came, as far as that can be told. */
  readonly extent?: Extent;
}

/** The ends after which an exploration may have been nearly through, or hardly begun. */
const early = new Set<Result['incomplete']>(['interrupted', 'time limit', 'execution limit']);

/** How long an exploration goes on between two looks at what the user wants. In milliseconds. */
const slice = 50;
/** A counterexample is shown this soon, even if a simpler one may come. In milliseconds. */
const patience = 250;

/** So many executions of another kernel show whether it has a site. */
const fewExecutions = 50;

/** Does what there is to do, on the thread that it is on. */
export class ExplorationTasks {
  readonly #tasks: {
    readonly [Kind in Task['kind']]: (task: Extract<Task, { kind: Kind }>) => Answers[Kind];
  } = {
    plan: ({ request }) => planComparison(this.registry, request),
    select: ({ choice }) => wordsOf(select(this.registry, choice)),
    explore: (task) => {
      const { choice, showing } = task;
      const { run, orderingSites } = select(this.registry, choice);
      const told = new Set<string>();
      const timelines = (result: Result): readonly string[] =>
        showing === undefined
          ? []
          : timelinesOf(result, showing, () => select(this.registry, choice), told);
      const explored = this.#explore(run, orderingSites, task, timelines);
      mustFit(orderingSites, explored.result.complete, (site) => this.#kernelWith(choice, site));
      return { ...explored, met: orderingSites.met, timelines: timelines(explored.result) };
    },
    measure: ({ choice, effort }) =>
      measure(select(this.registry, choice).run, effort, this.#isInterrupted),
    replay: ({ choice, request }) => showAgain(this.registry, choice, request, this.data.plugins),
  };

  private constructor(
    private readonly registry: Registry,
    private readonly data: WorkerData,
    private readonly say: (news: WorkerNews) => void,
  ) {}

  /** @param say hears what there is to tell during a task */
  static async load(data: WorkerData, say: (news: WorkerNews) => void): Promise<ExplorationTasks> {
    watchPrograms(new Pulse(data.pulse));
    return new ExplorationTasks(await loadRegistry(data.plugins), data, say);
  }

  perform(task: Task): WorkerMessage {
    return { kind: 'answer', answer: this.#tasks[task.kind](task as never) };
  }

  readonly #isInterrupted = (): boolean => Atomics.load(this.data.interrupted, 0) !== 0;

  /** A kernel that the scenario names, and on which it meets an ordering site. */
  #kernelWith(choice: Choice, site: string): string | undefined {
    return namedKernels(this.registry, this.registry.scenario(choice.scenario)).find((kernel) => {
      if (this.#isInterrupted()) return false;
      const other = attempt(() => select(this.registry, { ...choice, kernel, weaken: [] }));
      if (other === undefined) return false;
      const { setup, model } = other.run;
      new ExplorationRun(setup, { model, maximumExecutions: fewExecutions }).advance();
      return other.orderingSites.met.some(({ name }) => name === site);
    });
  }

  #explore(
    run: Run,
    sites: OrderingSites,
    { strategy, progressInterval }: ExploreTask,
    timelines: (soFar: Result) => readonly string[],
  ): Explored {
    const started = performance.now();
    if (strategy.kind !== 'bounded' && strategy.kind !== 'random')
      return this.#exploreGraphs(run, sites, strategy, progressInterval, timelines);
    let next = started + progressInterval;
    const result = searchInterleavings(run, strategy, this.#isInterrupted, ({ executions }) => {
      const now = performance.now();
      if (now < next) return;
      next = now + progressInterval;
      const milliseconds = now - started;
      const rate = (executions / milliseconds) * 1000;
      const memory = process.memoryUsage.rss();
      this.say({ kind: 'progress', progress: { executions, memory, milliseconds, rate } });
    });
    return { result };
  }

  #exploreGraphs(
    run: Run,
    sites: OrderingSites,
    strategy: Strategy,
    progressInterval: number,
    timelines: (soFar: Result) => readonly string[],
  ): Explored {
    const exploration = new ExplorationRun(run.setup, {
      model: run.model,
      mustCover: run.mustCover,
      fingerprint: run.fingerprint,
      ...strategyOptions(strategy),
      progressInterval,
      onProgress: (progress) => this.say({ kind: 'progress', progress }),
    });
    const started = performance.now();
    let isTold = false;
    while (!exploration.advance(slice)) {
      if (this.#isInterrupted()) exploration.interrupt();
      if (isTold || performance.now() - started < patience) continue;
      const soFar = exploration.result();
      // Nothing is shown of what may have to be refused.
      if (soFar.violations.length === 0 || sites.unmet.length > 0) continue;
      mustFit(sites, false);
      isTold = true;
      this.say({ kind: 'violation', timelines: timelines(soFar) });
    }
    const result = exploration.result();
    if (!early.has(result.incomplete)) return { result };
    const { explored, estimate } = exploration.progress();
    const sampled = exploration.result();
    // The samples of the estimate run the program, too, and may find that it cannot be explored.
    return sampled.error === undefined
      ? { result, extent: { explored, estimate } }
      : { result: sampled };
  }
}

function strategyOptions(strategy: Strategy): Partial<ExploreOptions> {
  const { maximumExecutions, maximumMilliseconds } = strategy;
  return {
    ...(strategy.kind === 'first' ? { strategy: 'first violation' } : {}),
    ...(maximumExecutions === undefined ? {} : { maximumExecutions }),
    ...(maximumMilliseconds === undefined ? {} : { maximumMilliseconds }),
  };
}
