import { Worker } from 'node:worker_threads';
import type { Task, WorkerData, WorkerMessage } from './exploration-worker.js';
import { Interruption } from './interruption.js';

type Ended = Extract<WorkerMessage, { kind: 'explored' | 'measured' }>;

/**
 * A thread in which programs are run. They may loop for ever between two operations; signals are
 * served meanwhile, so that Ctrl-C ends what can be ended, and a second one everything.
 */
export class ExplorationThread {
  readonly #interruption = new Interruption();
  readonly #worker: Worker;

  constructor(plugins: readonly string[] = []) {
    const data: WorkerData = { plugins, interrupted: this.#interruption.flag };
    this.#worker = new Worker(new URL('./exploration-worker.js', import.meta.url), {
      workerData: data,
    });
  }

  /** Whether the user wants an end. */
  get interrupted(): boolean {
    return this.#interruption.requested;
  }

  /**
   * Does one thing; one at a time.
   *
   * @throws what the thread throws, by its name (see {@link failureOf})
   */
  perform<Kind extends Task['kind']>(
    task: Extract<Task, { kind: Kind }>,
    onMessage: (message: Exclude<WorkerMessage, Ended>) => void,
  ): Promise<Extract<Ended, { kind: Kind extends 'explore' ? 'explored' : 'measured' }>> {
    return new Promise((resolve, reject) => {
      this.#worker.removeAllListeners();
      this.#worker.on('error', reject);
      this.#worker.on('message', (message: WorkerMessage) => {
        if (message.kind === 'progress' || message.kind === 'violation') onMessage(message);
        else resolve(message as never);
      });
      this.#worker.postMessage(task);
    });
  }

  async end(): Promise<void> {
    this.#interruption.dispose();
    await this.#worker.terminate();
  }
}
