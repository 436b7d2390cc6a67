import { token } from '@pagerace/di';
import type { Page } from '@pagerace/page-model';

export const GUP_UNSHARE_RULE = token<GupUnshareRule>('cow.GupUnshareRule', {
  providedBy: ['@pagerace/cow'],
});

/** What a reference is asked for: FOLL_WRITE, and FOLL_PIN instead of FOLL_GET. */
export interface ReferenceUse {
  readonly write?: boolean;
  readonly pin?: boolean;
}

/** The seam of gup_must_unshare(): whether a read-only reference must first make the page exclusive. */
export interface GupUnshareRule {
  mustUnshare(page: Page, use: ReferenceUse): boolean;
}
