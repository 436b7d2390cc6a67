import { token } from '@pagerace/di';
import type { Mm, VirtualAddress } from '@pagerace/page-model';

export const MADVISE = token<Madvise>('madvise.Madvise', { providedBy: ['@pagerace/madvise'] });

/** The advice of madvise(2) that is modelled. */
export interface Madvise {
  /**
   * MADV_FREE: the pages of the range may be freed, and what was written to them lost, at any time
   * until they are written to again.
   */
  madviseFree(mm: Mm, start: VirtualAddress, pages: number): void;
}
