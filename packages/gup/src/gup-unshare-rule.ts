import { injectable, token } from '@pagerace/di';
import type { Page } from '@pagerace/page-model';
import type { GupFlags } from './gup-flags.js';

export const GUP_UNSHARE_RULE = token<GupUnshareRule>('gup.GupUnshareRule', {
  providedBy: ['@pagerace/gup', '@pagerace/patches'],
});

/** The seam of gup_must_unshare(): whether a read-only reference must first make the page exclusive. */
export interface GupUnshareRule {
  mustUnshare(page: Page, flags: GupFlags): boolean;
}

/** Never. mm/gup.c, to v5.18. */
@injectable()
export class NeverUnshare implements GupUnshareRule {
  mustUnshare(): boolean {
    return false;
  }
}
