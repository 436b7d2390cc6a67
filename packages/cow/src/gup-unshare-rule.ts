import { token } from '@pagerace/di';
import type { Page, Vma } from '@pagerace/page-model';

export const GUP_UNSHARE_RULE = token<GupUnshareRule>('cow.GupUnshareRule', {
  providedBy: ['@pagerace/cow'],
});

/** What a reference is asked for: FOLL_WRITE, FOLL_PIN instead of FOLL_GET, and FOLL_LONGTERM. */
export interface ReferenceUse {
  readonly write?: boolean;
  readonly pin?: boolean;
  readonly longterm?: boolean;
}

/** The seam of gup_must_unshare(): whether a read-only reference must first make the page exclusive. */
export interface GupUnshareRule {
  /** @param vma where the page is mapped; GUP-fast does not know it */
  mustUnshare(page: Page, use: ReferenceUse, vma?: Vma): boolean;
}
