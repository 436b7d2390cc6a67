import { injectable, token } from '@pagerace/di';
import type { Architecture, Page, Pte } from '@pagerace/page-model';
import type { GupFlags } from './gup-flags.js';

export const GUP_FAST_TOUCH = token<GupFastTouch>('gup.GupFastTouch', {
  providedBy: ['@pagerace/gup', '@pagerace/patches'],
});

/** The seam of FOLL_TOUCH in GUP-fast: what it does with a page before it looks at the entry again. */
export interface GupFastTouch {
  touch(arch: Architecture, page: Page, pte: Pte, flags: GupFlags): void;
}

/** Nothing: a page that will be written to stays clean until its user makes it dirty. All releases. */
@injectable()
export class NoFastTouch implements GupFastTouch {
  touch(): void {
    // The slow path is different: see follow_page_pte().
  }
}
