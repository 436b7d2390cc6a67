import { token } from '@pagerace/di';
import { asOf, commit, history, since } from '@pagerace/history';

export const RADIX_COLLAPSE_FLUSH = token<RadixCollapseFlush>('arch-powerpc.RadixCollapseFlush', {
  providedBy: ['@pagerace/arch-powerpc'],
});

/** The seam in pmdp_collapse_flush() with the radix MMU. */
export interface RadixCollapseFlush {
  /** Whether it interrupts every CPU that runs the process, besides the flush. */
  readonly serializesAgainstLookups: boolean;
}

export const radixCollapseNoIpi = commit({
  id: 'radix-collapse-no-ipi',
  title: "powerpc/64s/radix: don't need to broadcast IPI for radix pmd collapse flush",
  commit: 'bedf03416913',
  since: 'v6.0',
});

export const radixCollapseFlush = history(
  RADIX_COLLAPSE_FLUSH,
  'arch/powerpc/mm/book3s64/radix_pgtable.c:radix__pmdp_collapse_flush()',
  [
    asOf('v4.12', { serializesAgainstLookups: true }),
    since(radixCollapseNoIpi, { serializesAgainstLookups: false }),
  ],
);
