import { injectable, token } from '@pagerace/di';
import type { Architecture, Pte, PteWalk } from '@pagerace/page-model';

export const GUP_FAST_RECHECK = token<GupFastRecheck>('gup.GupFastRecheck', {
  providedBy: ['@pagerace/gup', '@pagerace/patches'],
});

/** The seam of gup_pte_range()'s second look: what must not have changed since before the reference. */
export interface GupFastRecheck {
  /**
   * Whether the page may be given out.
   *
   * @param pte as it was before the reference was taken
   */
  isUnchanged(arch: Architecture, walk: PteWalk, pte: Pte): boolean;
}

/** Only the entry is looked at again. mm/gup.c, to v5.19. */
@injectable()
export class RecheckPte implements GupFastRecheck {
  isUnchanged(arch: Architecture, { ptep }: PteWalk, pte: Pte): boolean {
    return arch.ptepGet(ptep) === pte;
  }
}
