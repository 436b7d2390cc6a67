import { injectable, token } from '@pagerace/di';
import { TaskLocal } from '@pagerace/machine';
import type { Page, VirtualAddress } from '@pagerace/page-model';

export const GUP_FAST_LOG = token<GupFastLog>('gup.GupFastLog');

/** One walk of GUP-fast to a page-table entry of the last level. */
export interface GupFastWalk {
  readonly address: VirtualAddress;
  /** Whether the table was freed, reused or moved between the pointer to it and the entry in it. */
  readonly readJunk: boolean;
  /** The page that was given out. */
  readonly page: Page | undefined;
}

/** What the walks of each task came upon, for those who judge a run. */
@injectable()
export class GupFastLog {
  readonly #walks = new TaskLocal<readonly GupFastWalk[]>(() => []);

  add(walk: GupFastWalk): void {
    this.#walks.set([...this.#walks.get(), walk]);
  }

  /** The walks of the running task, in order. */
  ofCurrentTask(): readonly GupFastWalk[] {
    return this.#walks.get();
  }
}
