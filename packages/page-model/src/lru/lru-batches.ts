import { cell, type Cell, type Machine, PerCpu } from '@pagerace/machine';
import type { Page } from '../page/page.js';

/** PAGEVEC_SIZE: a batch that has so many pages is drained. */
export const PAGEVEC_SIZE = 15;

/** A pagevec: pages that wait to be put on an LRU list or to be moved, each with a reference. */
export type Pagevec = Cell<readonly Page[]>;

/** struct lru_pvecs: the batches of one CPU, which no other CPU touches. */
export interface LruPvecs {
  /** Pages that are not on a list yet. */
  readonly lruAdd: Pagevec;
  /** Pages that madvise(MADV_FREE) wants to be moved to the inactive file list. */
  readonly lruLazyfree: Pagevec;
}

/** The batches of every CPU (mm/swap.c). */
export class LruBatches extends PerCpu<LruPvecs> {
  constructor(machine: Machine) {
    super(machine, ({ id }) => ({
      lruAdd: cell<readonly Page[]>([], `cpu${String(id)}.lru_add`),
      lruLazyfree: cell<readonly Page[]>([], `cpu${String(id)}.lru_lazyfree`),
    }));
  }
}
