import { token } from '@pagerace/di';

export const ANON_EXCLUSIVE = token<AnonExclusive>('rmap.AnonExclusive', {
  providedBy: ['@pagerace/rmap', '@pagerace/patches'],
});

/**
 * The seam of PG_anon_exclusive: whether the kernel notes which anonymous pages belong to one process
 * alone, in the page while it is mapped and in the page-table entry while it is swapped out.
 */
export interface AnonExclusive {
  /** v5.19 (6c287605fd56, 1493a1913e34); not before. */
  readonly isTracked: boolean;
  /** Whether the barriers of page_try_share_anon_rmap() are there: v6.1 (088b8aa537c2). */
  readonly hasBarriers: boolean;
}
