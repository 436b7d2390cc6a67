import { injectable, token } from '@pagerace/di';
import type { Architecture, PteWalk } from '@pagerace/page-model';

export const GUP_FAST_RECHECK = token<GupFastRecheck>('gup.GupFastRecheck', {
  providedBy: ['@pagerace/gup', '@pagerace/patches'],
});

/** The seam of gup_pte_range()'s second look: what must not have changed since before the reference. */
export interface GupFastRecheck {
  /** Whether the page table above the entry is still the one that the walk went through. */
  isSameTable(arch: Architecture, walk: PteWalk): boolean;
}

/** Only the entry is looked at again. mm/gup.c, to v6.0. */
@injectable()
export class RecheckPte implements GupFastRecheck {
  isSameTable(): boolean {
    return true;
  }
}
