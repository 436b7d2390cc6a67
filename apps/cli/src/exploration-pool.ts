import { availableParallelism } from 'node:os';
import { ExplorationThread } from './exploration-thread.js';
import { Interruption } from './interruption.js';

/** Several threads that explore, and that end together: by Ctrl-C, or when one of them fails. */
export class ExplorationPool {
  readonly #interruption = new Interruption();
  readonly #threads: ExplorationThread[] = [];

  /** @param size the number of threads; default as many as there are cores */
  constructor(
    private readonly plugins: readonly string[] = [],
    size = availableParallelism(),
  ) {
    this.grow(size);
  }

  /** Starts threads until there are so many. */
  grow(size: number): void {
    while (this.#threads.length < size)
      this.#threads.push(new ExplorationThread(this.plugins, this.#interruption));
  }

  /** A thread for what one alone is to do, while nothing else is done. */
  get first(): ExplorationThread {
    return this.#threads[0]!;
  }

  /** Whether the user wants an end. */
  get interrupted(): boolean {
    return this.#interruption.requested;
  }

  /**
   * Does something for each item, each with a thread for itself, and begins nothing more once it was
   * interrupted.
   *
   * @returns the answers in the order of the items, undefined for those that were not begun
   * @throws what the first of them throws
   */
  async forEach<Item, Answer>(
    items: readonly Item[],
    work: (item: Item, thread: ExplorationThread, nth: number) => Promise<Answer>,
  ): Promise<(Answer | undefined)[]> {
    const answers = items.map((): Answer | undefined => undefined);
    const remaining = items.entries();
    const workOff = async (thread: ExplorationThread): Promise<void> => {
      for (const [nth, item] of remaining) {
        if (this.interrupted) return;
        answers[nth] = await work(item, thread, nth);
      }
    };
    await Promise.all(this.#threads.map(workOff));
    return answers;
  }

  async end(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.end()));
  }
}
