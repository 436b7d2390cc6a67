import { Worker } from 'node:worker_threads';
import type { Answers, Task, WorkerData, WorkerMessage, WorkerNews } from './exploration-tasks.js';
import { Interruption } from './interruption.js';
import { placeIn } from './place-in-worker.js';
import { Pulse } from './pulse.js';

/** How long a part of a program may run without an operation. In milliseconds. */
export const patience = 10_000;
/** How often it is looked at meanwhile: a machine that was asleep has not been looked at. */
const looks = 10;

/** Says in its message which part of a program does not end, and where it is. */
export class EndlessError extends Error {
  /** That of an error of a plug-in, which it is; see {@link failureOf}. */
  override readonly name = 'PluginError';
}

/**
 * A thread in which programs are run. A program may loop without end between two operations: then the thread is
 * ended, and another one takes its place. Signals are served meanwhile, so that Ctrl-C ends what can be
 * ended, and a second one everything.
 */
export class ExplorationThread {
  readonly #interruption: Interruption;
  readonly #pulse = new Pulse();
  #worker!: Worker;
  /** Rejected by what ends the thread. */
  #death!: Promise<never>;
  #isEnding = false;

  /** @param interruption shared by threads that end together */
  constructor(
    private readonly plugins: readonly string[] = [],
    interruption = new Interruption(),
    private readonly patienceInMilliseconds = patience,
  ) {
    this.#interruption = interruption;
    this.#start();
  }

  #start(): void {
    this.#pulse.runs(undefined);
    const data: WorkerData = {
      plugins: this.plugins,
      interrupted: this.#interruption.flag,
      pulse: this.#pulse.memory,
    };
    const worker = new Worker(new URL('./exploration-worker.js', import.meta.url), {
      workerData: data,
    });
    this.#worker = worker;
    this.#death = new Promise((_, reject) => {
      worker.once('error', reject);
      // Told without an error where a plug-in calls process.exit().
      worker.once('exit', (code) => {
        // One that was replaced has been ended on purpose.
        if (worker !== this.#worker) return;
        reject(new Error(`a thread that explored ended with ${String(code)} in the middle of it`));
      });
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
   * @throws what the thread throws, by its name (see {@link failureOf}), or {@link EndlessError}
   */
  perform<Kind extends Task['kind']>(
    task: Extract<Task, { kind: Kind }>,
    onNews: (news: WorkerNews) => void = () => undefined,
  ): Promise<Answers[Kind]> {
    // Whatever becomes of the command, a thread that has nothing to do keeps no process alive.
    this.#worker.ref();
    const answer = new Promise<never>((resolve, reject) => {
      this.#worker.removeAllListeners('message');
      this.#worker.on('message', (message: WorkerMessage) => {
        if (message.kind === 'answer') {
          resolve(message.answer as never);
          return;
        }
        try {
          onNews(message);
        } catch (thrown) {
          reject(thrown instanceof Error ? thrown : new Error(String(thrown)));
        }
      });
      this.#worker.postMessage(task);
    });
    let watchdog: NodeJS.Timeout | undefined;
    const endless = new Promise<never>((_, reject) => {
      watchdog = this.#watch((part) => {
        void this.#replaceEndless(scenarioOf(task), part).then(reject, reject);
      });
    });
    return Promise.race([answer, endless, this.#death]).finally(() => {
      clearInterval(watchdog);
      // While it is being ended, it is what the process waits for.
      if (!this.#isEnding) this.#worker.unref();
    });
  }

  /** Calls `found` once a part of a program has run for long without an operation. */
  #watch(found: (part: string) => void): NodeJS.Timeout {
    let before = this.#pulse.beat;
    let seen = 0;
    const timer = setInterval(() => {
      const { beat, running } = this.#pulse;
      seen = beat === before && running !== undefined ? seen + 1 : 0;
      before = beat;
      if (seen < looks) return;
      clearInterval(timer);
      found(running!);
    }, this.patienceInMilliseconds / looks);
    return timer;
  }

  async #replaceEndless(scenario: string, part: string): Promise<EndlessError> {
    const place = await placeIn(this.#worker);
    const worker = this.#worker;
    this.#start();
    await worker.terminate();
    const seconds = `${String(this.patienceInMilliseconds / 1000)} s`;
    // Set-up and finally perform no operations that would be seen.
    const what =
      part === 'the set-up' || part === 'finally'
        ? `${part} has not ended after ${seconds}`
        : `${part} has performed no operation for ${seconds}: it loops without one`;
    const where = place === undefined ? '' : ` (${place})`;
    return new EndlessError(`the scenario ${scenario} does not end: ${what}${where}`);
  }

  async end(): Promise<void> {
    this.#interruption.dispose();
    this.#isEnding = true;
    await this.#worker.terminate();
  }
}

function scenarioOf(task: Task): string {
  return task.kind === 'plan' ? task.request.scenario : task.choice.scenario;
}
