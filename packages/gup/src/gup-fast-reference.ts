import { injectable, token } from '@pagerace/di';
import { asked, asOf, history, unmerged } from '@pagerace/history';
import {
  type Page,
  pageRefAddUnless,
  pageRefAddUnlessAcquire,
  pageRefAddUnlessRelaxed,
  type SpeculativeReference,
} from '@pagerace/page-model';

export const GUP_FAST_REFERENCE = token<GupFastReference>('gup.GupFastReference', {
  providedBy: ['@pagerace/gup'],
});

/** The seam of GUP-fast's reference: what its increment orders. */
export interface GupFastReference extends SpeculativeReference {
  /** folio_ref_try_add_rcu(): takes references, unless there is none yet. @returns whether it did */
  tryAdd(page: Page, references: number): boolean;
}

/** atomic_add_unless(): fully ordered on success, so that what is looked at again is so after it. */
@injectable()
export class OrderedReference implements GupFastReference {
  tryAdd(page: Page, references: number): boolean {
    return pageRefAddUnless(page, references, 0);
  }
}

/** What is looked at again may not come before the reference; what others read may still lack it. */
@injectable()
export class AcquireReference implements GupFastReference {
  tryAdd(page: Page, references: number): boolean {
    return pageRefAddUnlessAcquire(page, references, 0);
  }
}

/** Nothing is ordered. */
@injectable()
export class RelaxedReference implements GupFastReference {
  tryAdd(page: Page, references: number): boolean {
    return pageRefAddUnlessRelaxed(page, references, 0);
  }
}

/** Of no kernel: asks what the full barrier of atomic_add_unless() is for. */
export const gupFastReferenceAcquire = unmerged({
  id: 'gup-fast-reference-acquire',
  title: 'What if GUP-fast took its reference with acquire ordering only',
});

/** Of no kernel, as {@link gupFastReferenceAcquire}. */
export const gupFastReferenceRelaxed = unmerged({
  id: 'gup-fast-reference-relaxed',
  title: 'What if GUP-fast took its reference without any ordering',
});

export const gupFastReference = history(GUP_FAST_REFERENCE, 'mm/gup.c:try_get_compound_head()', [
  asOf('v4.12', OrderedReference),
  asked(gupFastReferenceAcquire, AcquireReference),
  asked(gupFastReferenceRelaxed, RelaxedReference),
]);
