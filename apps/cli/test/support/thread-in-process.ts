import { EventEmitter } from 'node:events';
import type { WorkerOptions } from 'node:worker_threads';
import { ExplorationTasks, type Task, type WorkerData } from '../../src/exploration-tasks.js';

/**
 * Stands for the worker that explores, without a thread: what is said in each direction is cloned, as it is
 * between threads. It cannot be ended in the middle of a task.
 */
export class ThreadInProcess extends EventEmitter {
  readonly #tasks: Promise<ExplorationTasks>;

  constructor(module: URL, { workerData }: WorkerOptions) {
    super();
    if (!module.pathname.endsWith('/exploration-worker.js'))
      throw new Error(`a test that needs ${module.pathname} must start a process`);
    this.#tasks = ExplorationTasks.load(workerData as WorkerData, (news) => this.#say(news));
  }

  postMessage(task: Task): void {
    this.#tasks
      .then((tasks) => this.#say(tasks.perform(structuredClone(task))))
      .catch((thrown: unknown) => this.emit('error', thrown));
  }

  #say(message: unknown): void {
    this.emit('message', structuredClone(message));
  }

  ref(): void {
    // There is no thread that could keep the process alive.
  }

  unref(): void {
    // The same.
  }

  terminate(): Promise<number> {
    return Promise.resolve(0);
  }
}
