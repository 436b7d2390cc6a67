import { inject, injectable, token } from '@pagerace/di';
import { asOf, commit, history, since } from '@pagerace/history';
import {
  ARCHITECTURE,
  type Architecture,
  type Page,
  PageAnonExclusive,
  type Pte,
} from '@pagerace/page-model';
import { anonExclusive } from '@pagerace/rmap';

export const GUP_FORCE_WRITE = token<GupForceWrite>('gup.GupForceWrite', {
  providedBy: ['@pagerace/gup'],
});

/** The seam of can_follow_write_pte(), of an entry that is not writable, in a mapping that FOLL_FORCE writes to. */
export interface GupForceWrite {
  /** @param isCowBroken FOLL_COW: a write fault of this call has told VM_FAULT_WRITE */
  canFollowWritePte(pte: Pte, page: Page, isCowBroken: boolean): boolean;
}

/** A write fault has been there, and the entry is dirty. mm/gup.c, v4.12 to v5.19. */
@injectable()
export class DirtyAfterFault implements GupForceWrite {
  constructor(@inject(ARCHITECTURE) private readonly arch: Architecture) {}

  canFollowWritePte(pte: Pte, _page: Page, isCowBroken: boolean): boolean {
    return isCowBroken && this.arch.pteDirty(pte);
  }
}

/** The page is exclusive, whatever faults have told. mm/gup.c, v6.0. */
@injectable()
export class ExclusivePage implements GupForceWrite {
  canFollowWritePte(_pte: Pte, page: Page): boolean {
    return PageAnonExclusive(page);
  }
}

export const gupForceExclusive = commit({
  id: 'gup-force-exclusive',
  title: 'mm/gup: fix FOLL_FORCE COW security issue and remove FOLL_COW',
  commit: '5535be309971',
  since: 'v6.0',
  needs: [anonExclusive],
});

export const gupForceWrite = history(GUP_FORCE_WRITE, 'mm/gup.c:can_follow_write_pte()', [
  asOf('v4.12', DirtyAfterFault),
  since(gupForceExclusive, ExclusivePage),
]);
