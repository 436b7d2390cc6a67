import { injectable, token } from '@pagerace/di';
import { type Page, pageRefAddUnless } from '@pagerace/page-model';

export const GUP_FAST_REFERENCE = token<GupFastReference>('gup.GupFastReference', {
  providedBy: ['@pagerace/gup', '@pagerace/patches'],
});

/** The seam of GUP-fast's reference: what its increment orders. */
export interface GupFastReference {
  /** folio_ref_try_add_rcu(): takes a reference, unless there is none yet. @returns whether it did */
  tryAdd(page: Page): boolean;
}

/** atomic_add_unless(): fully ordered on success, so that what is looked at again is so after it. */
@injectable()
export class OrderedReference implements GupFastReference {
  tryAdd(page: Page): boolean {
    return pageRefAddUnless(page, 1, 0);
  }
}
