import { token } from '@pagerace/di';

export const RADIX_COLLAPSE_FLUSH = token<RadixCollapseFlush>('page-model.RadixCollapseFlush', {
  providedBy: ['@pagerace/kernel', '@pagerace/patches'],
});

/** The seam in pmdp_collapse_flush() of powerpc with the radix MMU: for every other it means nothing. */
export interface RadixCollapseFlush {
  /** Whether it interrupts every CPU that runs the process, besides the flush. To v5.19. */
  readonly serializesAgainstLookups: boolean;
}
