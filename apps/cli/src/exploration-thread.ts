import { Worker } from 'node:worker_threads';
import { PluginError } from '@pagerace/kernel';
import type { Task, WorkerData, WorkerMessage } from './exploration-worker.js';
import { Interruption } from './interruption.js';

/** A thread that is silent so long after its time limit does not come to it any more. In milliseconds. */
const grace = 5000;

type Ended = Extract<WorkerMessage, { kind: 'explored' | 'measured' }>;

/**
 * A thread in which programs are run. They may loop for ever between two operations; signals are
 * served meanwhile, so that Ctrl-C ends what can be ended, and a second one everything.
 */
export class ExplorationThread {
  readonly #interruption: Interruption;
  readonly #worker: Worker;
  /** Rejected by what ends the thread. */
  readonly #death: Promise<never>;
  #isEnding = false;

  /** @param interruption shared by threads that end together */
  constructor(plugins: readonly string[] = [], interruption = new Interruption()) {
    this.#interruption = interruption;
    const data: WorkerData = { plugins, interrupted: interruption.flag };
    this.#worker = new Worker(new URL('./exploration-worker.js', import.meta.url), {
      workerData: data,
    });
    this.#death = new Promise((_, reject) => {
      this.#worker.once('error', reject);
      // Told without an error where a plug-in calls process.exit().
      this.#worker.once('exit', (code) =>
        reject(new Error(`a thread that explored ended with ${String(code)} in the middle of it`)),
      );
    });
    // It may die while nobody waits for it.
    this.#death.catch(() => undefined);
  }

  /** Whether the user wants an end. */
  get interrupted(): boolean {
    return this.#interruption.requested;
  }

  /**
   * Does one thing; one at a time.
   *
   * @throws what the thread throws, by its name (see {@link failureOf}), or {@link PluginError} if its time
   *   limit is long over
   */
  perform<Kind extends Task['kind']>(
    task: Extract<Task, { kind: Kind }>,
    onMessage: (message: Exclude<WorkerMessage, Ended>) => void,
  ): Promise<Extract<Ended, { kind: Kind extends 'explore' ? 'explored' : 'measured' }>> {
    // Whatever becomes of the command, a thread that has nothing to do keeps no process alive.
    this.#worker.ref();
    const answer = new Promise<never>((resolve, reject) => {
      this.#worker.removeAllListeners('message');
      this.#worker.on('message', (message: WorkerMessage) => {
        if (message.kind !== 'progress' && message.kind !== 'violation') {
          resolve(message as never);
          return;
        }
        try {
          onMessage(message);
        } catch (thrown) {
          reject(thrown instanceof Error ? thrown : new Error(String(thrown)));
        }
      });
      this.#worker.postMessage(task);
    });
    const limit = limitOf(task);
    let overdue: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      if (limit === undefined) return;
      const { scenario } = task.choice;
      const message = `the scenario ${scenario} does not end at its time limit: a thread of it loops without an operation`;
      overdue = setTimeout(() => reject(new PluginError(message)), limit + grace);
    });
    return Promise.race([answer, late, this.#death]).finally(() => {
      clearTimeout(overdue);
      // While it is being ended, it is what the process waits for.
      if (!this.#isEnding) this.#worker.unref();
    });
  }

  async end(): Promise<void> {
    this.#interruption.dispose();
    this.#isEnding = true;
    await this.#worker.terminate();
  }
}

function limitOf(task: Task): number | undefined {
  return task.kind === 'explore' ? task.strategy.maximumMilliseconds : task.effort.milliseconds;
}
