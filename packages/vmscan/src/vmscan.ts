import { token } from '@pagerace/di';
import type { LruList } from '@pagerace/page-model';

export const VMSCAN = token<Vmscan>('vmscan.Vmscan', { providedBy: ['@pagerace/vmscan'] });

/** Page reclaim (mm/vmscan.c). */
export interface Vmscan {
  /** shrink_inactive_list(): tries to free the pages of an inactive list. @returns how many it freed */
  shrinkInactiveList(list: LruList): number;
  /** shrink_all_memory(): tries to free everything that is inactive, as before a hibernation. */
  shrinkAllMemory(): number;
}
