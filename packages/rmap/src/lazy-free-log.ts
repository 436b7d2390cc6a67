import { injectable, token } from '@pagerace/di';
import { TaskLocal } from '@pagerace/machine';
import type { Page, VirtualAddress, Vma } from '@pagerace/page-model';
import type { LazyFreeFate } from './lazy-free-rule.js';

export const LAZY_FREE_LOG = token<LazyFreeLog>('rmap.LazyFreeLog', {
  providedBy: ['@pagerace/rmap'],
});

/** What try_to_unmap_one() decided on one mapping of a lazyfree page. */
export interface LazyFreeDecision {
  readonly page: Page;
  readonly vma: Vma;
  readonly address: VirtualAddress;
  readonly fate: LazyFreeFate;
}

/** What the running task has decided: for those who judge a run, as the kernel keeps no such list. */
@injectable()
export class LazyFreeLog {
  readonly #decisions = new TaskLocal<readonly LazyFreeDecision[]>(() => []);

  add(decision: LazyFreeDecision): void {
    this.#decisions.set([...this.#decisions.get(), decision]);
  }

  /** In the order in which they were made. */
  ofCurrentTask(): readonly LazyFreeDecision[] {
    return this.#decisions.get();
  }
}
