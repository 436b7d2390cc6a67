import { injectable } from '@pagerace/di';
import { GUP_FAST_REFERENCE, type GupFastReference } from '@pagerace/gup';
import { definePatch } from '@pagerace/kernel';
import { type Page, pageRefAddUnlessAcquire, pageRefAddUnlessRelaxed } from '@pagerace/page-model';

/** What is looked at again may not come before the reference; what others read may still lack it. */
@injectable()
export class AcquireReference implements GupFastReference {
  tryAdd(page: Page): boolean {
    return pageRefAddUnlessAcquire(page, 1, 0);
  }
}

/** Nothing is ordered. */
@injectable()
export class RelaxedReference implements GupFastReference {
  tryAdd(page: Page): boolean {
    return pageRefAddUnlessRelaxed(page, 1, 0);
  }
}

/** Of no kernel: asks what the full barrier of atomic_add_unless() is for. */
export const gupFastReferenceAcquire = definePatch({
  id: 'gup-fast-reference-acquire',
  title: 'What if GUP-fast took its reference with acquire ordering only',
  provides: [{ token: GUP_FAST_REFERENCE, useClass: AcquireReference }],
});

/** Of no kernel, as {@link gupFastReferenceAcquire}. */
export const gupFastReferenceRelaxed = definePatch({
  id: 'gup-fast-reference-relaxed',
  title: 'What if GUP-fast took its reference without any ordering',
  provides: [{ token: GUP_FAST_REFERENCE, useClass: RelaxedReference }],
});
