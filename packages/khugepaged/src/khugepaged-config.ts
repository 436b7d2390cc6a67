import { injectable, token } from '@pagerace/di';

export const KHUGEPAGED_CONFIG = token<KhugepagedConfig>('khugepaged.KhugepagedConfig');

/** /sys/kernel/mm/transparent_hugepage/khugepaged. To be changed during set-up only. */
@injectable()
export class KhugepagedConfig {
  /** max_ptes_none: how many entries may map nothing; HPAGE_PMD_NR - 1 by default, here any number. */
  maxPtesNone = Number.POSITIVE_INFINITY;
  /** max_ptes_swap: how many pages may have to be read in from swap; HPAGE_PMD_NR / 8 by default. */
  maxPtesSwap = Number.POSITIVE_INFINITY;
  /** max_ptes_shared: how many pages other processes may map; HPAGE_PMD_NR / 2 by default. */
  maxPtesShared = Number.POSITIVE_INFINITY;
}
