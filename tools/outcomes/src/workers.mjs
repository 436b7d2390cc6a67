import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';

/** Explores cells on all cores. */
export class Workers {
  #workers = Array.from(
    { length: availableParallelism() },
    () => new Worker(new URL('./worker.mjs', import.meta.url)),
  );

  /**
   * @param {readonly import('./outcome.mjs').Cell[]} cells
   * @returns {Promise<string[]>} the outcomes in the order of the cells
   * @throws what an exploration throws
   */
  async explore(cells) {
    /** @type {string[]} */
    const outcomes = [];
    const remaining = cells.entries();
    const workOff = async (/** @type {Worker} */ worker) => {
      for (const [nth, cell] of remaining) {
        worker.postMessage(cell);
        [outcomes[nth]] = await once(worker, 'message');
      }
    };
    await Promise.all(this.#workers.map(workOff));
    return outcomes;
  }

  async end() {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }
}
