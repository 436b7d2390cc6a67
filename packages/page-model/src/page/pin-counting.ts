import { injectable, token } from '@pagerace/di';
import { asOf, commit, history, posted, since, unmerged } from '@pagerace/history';
import { atomicAdd, atomicRead, kernelFunction, VM_BUG_ON } from '@pagerace/machine';
import { __putPage, getPage, putPage, tryGetPage } from './page-references.js';
import { pageCount, pageRefAdd, pageRefSubAndTest } from './page-ref.js';
import type { Page } from './page.js';

export const PIN_COUNTING = token<PinCounting>('page-model.PinCounting', {
  providedBy: ['@pagerace/page-model'],
});

/** Which references get_user_pages() is asked for: FOLL_PIN, or else FOLL_GET. */
export interface ReferenceKind {
  readonly pin?: boolean;
}

/** How GUP-fast adds to the count of a page that may be free. */
export interface SpeculativeReference {
  /** @returns whether the page had a reference before */
  tryAdd(page: Page, references: number): boolean;
}

/**
 * try_get_compound_head(): takes references without a lock, unless the count has overflowed (8fde12ca79af, v5.1) or
 * there is none yet.
 */
export function tryGetCompoundHead(
  page: Page,
  references: number,
  reference: SpeculativeReference,
): boolean {
  if (page.memory.countsMayOverflow && pageCount(page) < 0) return false;
  return reference.tryAdd(page, references);
}

/** The seam of how the references of get_user_pages() are counted, so that the kernel can tell them from others. */
export interface PinCounting {
  /** Whether a reference is counted as a pin. */
  isPin(kind: ReferenceKind): boolean;
  /** GUP-fast: pins `refs` pages of one huge page by one entry, or a small page. @returns whether it did */
  tryPin(page: Page, refs: number, reference: SpeculativeReference): boolean;
  /** GUP-fast gives back what {@link PinCounting.tryPin} took. */
  backOff(page: Page, refs: number): void;
  /**
   * The slow path: pins a page that is kept by its mapping, under the PTL.
   *
   * @param wholeMapped by an entry of a huge page
   * @returns false if the count has no room
   */
  pin(page: Page, wholeMapped: boolean): boolean;
  /** Gives the pin of one page back. */
  unpin(page: Page): void;
  /** Whether there is a pin, as far as can be told. Unordered. */
  maybePinned(page: Page): boolean;
  /** What so many pins of a page, or of pages of a huge page, are in `_refcount`; for audits. */
  inRefcount(page: Page, pins: number): number;
  /** Whether `compound_pincount` has the pins of the page besides. */
  isExact(page: Page): boolean;
}

/**
 * No reference is told from another, and there is no function to ask. To v5.6: pin_user_pages() of that release
 * (eddb1c228f79) takes references of FOLL_GET, and unpin_user_page() is put_page().
 */
@injectable()
export class PinsNotCounted implements PinCounting {
  isPin(): boolean {
    return false;
  }

  tryPin(page: Page, refs: number, reference: SpeculativeReference): boolean {
    return tryGetCompoundHead(page, refs, reference);
  }

  backOff(page: Page, refs: number): void {
    if (pageRefSubAndTest(page, refs)) __putPage(page);
  }

  pin(page: Page, _wholeMapped: boolean): boolean {
    return tryGetPage(page);
  }

  unpin(page: Page): void {
    putPage(page);
  }

  maybePinned(_page: Page): boolean {
    return false;
  }

  inRefcount(_page: Page, pins: number): number {
    return pins;
  }

  isExact(_page: Page): boolean {
    return false;
  }
}

/** Of 3 February 2019, on v5.0-rc4: patch 4/6 of the series of 6 that the five counters are 5/6 of. */
export const gupTrackPinned = unmerged({
  id: 'gup-track-pinned',
  title: '[PATCH 4/6] mm/gup: track gup-pinned pages',
  url: 'https://lore.kernel.org/all/20190204052135.25784-5-jhubbard@nvidia.com/',
});

/**
 * Each reference of get_user_pages() is a pin, and put_user_page() gives it back. As posted, with what is wrong
 * with it: see each function. The patch leaves mm/huge_memory.c as it is.
 */
@injectable()
export class EveryReferenceIsPin implements PinCounting {
  isPin(): boolean {
    return true;
  }

  /**
   * One bias for all the pages that one entry maps: page_cache_gup_pin_speculative(head) in gup_huge_pmd(). Nothing
   * here looks whether the count has room.
   */
  tryPin(page: Page, _refs: number, reference: SpeculativeReference): boolean {
    return reference.tryAdd(page, page.memory.pinBias);
  }

  backOff(page: Page, _refs: number): void {
    this.putUserPage(page);
  }

  /** follow_trans_huge_pmd() goes on to call get_page(). */
  pin(page: Page, wholeMapped: boolean): boolean {
    if (!wholeMapped) return this.getGupPinPage(page);
    getPage(page);
    return true;
  }

  /**
   * `page_ref_count(page) >= (UINT_MAX - GUP_PIN_COUNTING_BIAS)`: an int, widened to the unsigned long that
   * GUP_PIN_COUNTING_BIAS is. On 64 bits, which is what the model has, any negative count is as much, and
   * no other.
   */
  @kernelFunction('mm/gup.c')
  getGupPinPage(page: Page): boolean {
    if (pageCount(page) < 0) {
      page.memory.gupCounters.overflowed(page);
      return false;
    }
    // page_ref_add(), which the model would not let pass for a count that put_user_page() has made 0.
    atomicAdd(page._refcount, page.memory.pinBias);
    return true;
  }

  unpin(page: Page): void {
    this.putUserPage(page);
  }

  /** Subtracts, and does not look whether a reference is left; put_page() does, and frees the page. */
  @kernelFunction('mm/swap.c')
  putUserPage(page: Page): void {
    const { debugVm, gupCounters, pinBias } = page.memory;
    if (debugVm) {
      const count = pageCount(page);
      VM_BUG_ON(
        count < pinBias,
        `page_ref_count(${page.head.name}) is ${String(count)}, less than GUP_PIN_COUNTING_BIAS, which is ${String(pinBias)}`,
      );
    }
    gupCounters.returned(page, 1, true);
    atomicAdd(page._refcount, -pinBias);
  }

  /** page_gup_pinned(): more than the bias, and not as much. */
  @kernelFunction('include/linux/mm.h', 'page_gup_pinned')
  maybePinned(page: Page): boolean {
    return pageCount(page) > page.memory.pinBias;
  }

  inRefcount(page: Page, pins: number): number {
    return pins * page.memory.pinBias;
  }

  isExact(): boolean {
    return false;
  }
}

/** A FOLL_PIN reference adds the bias for each page, also to the count of a huge page. v5.7. */
@injectable()
export class PinAddsBias implements PinCounting {
  isPin({ pin }: ReferenceKind): boolean {
    return pin === true;
  }

  tryPin(page: Page, refs: number, reference: SpeculativeReference): boolean {
    if (!tryGetCompoundHead(page, this.inRefcount(page, refs), reference)) return false;
    if (this.isExact(page)) atomicAdd(page.compoundPincount, refs);
    return true;
  }

  backOff(page: Page, refs: number): void {
    page.memory.gupCounters.returned(page, refs, true);
    if (this.isExact(page)) atomicAdd(page.compoundPincount, -refs);
    if (pageRefSubAndTest(page, this.inRefcount(page, refs))) __putPage(page);
  }

  pin(page: Page, _wholeMapped: boolean): boolean {
    if (page.memory.countsMayOverflow && pageCount(page) <= 0) return false;
    pageRefAdd(page, this.inRefcount(page, 1));
    if (this.isExact(page)) atomicAdd(page.compoundPincount, 1);
    return true;
  }

  @kernelFunction('mm/gup.c', 'unpin_user_page')
  unpin(page: Page): void {
    page.memory.gupCounters.returned(page, 1, true);
    if (page.isZeroPage) return;
    if (this.isExact(page)) atomicAdd(page.compoundPincount, -1);
    if (pageRefSubAndTest(page, this.inRefcount(page, 1))) __putPage(page);
  }

  @kernelFunction('include/linux/mm.h', 'page_maybe_dma_pinned')
  maybePinned(page: Page): boolean {
    if (this.isExact(page)) return atomicRead(page.compoundPincount) > 0;
    // As an unsigned int, so that a page whose count has overflowed is pinned.
    const count = pageCount(page);
    return count < 0 || count >= page.memory.pinBias;
  }

  inRefcount(page: Page, pins: number): number {
    return this.isExact(page) ? pins : pins * page.memory.pinBias;
  }

  isExact(_page: Page): boolean {
    return false;
  }
}

export const trackFollPin = commit({
  id: 'track-foll-pin',
  title: 'mm/gup: track FOLL_PIN pages',
  commit: '3faa52c03f44',
  since: 'v5.7',
});

/** Of a huge page `compound_pincount` has the pins, and each adds one reference. v5.7. */
@injectable()
export class HugePinsExact extends PinAddsBias {
  override isExact({ isHuge }: Page): boolean {
    return isHuge;
  }
}

export const exactPincount = commit({
  id: 'exact-pincount',
  title: 'mm/gup: page->hpage_pinned_refcount: exact pin counts for huge pages',
  commit: '47e29d32afba',
  since: 'v5.7',
});

/**
 * GUP-fast first takes a reference and then makes a pin of it, as it may not ask before whether the page is
 * compound: in between the page has the reference and not the pin. v5.14.
 */
@injectable()
export class ReferenceThenBias extends HugePinsExact {
  override tryPin(page: Page, refs: number, reference: SpeculativeReference): boolean {
    if (!tryGetCompoundHead(page, refs, reference)) return false;
    if (this.isExact(page)) atomicAdd(page.compoundPincount, refs);
    else pageRefAdd(page, refs * (page.memory.pinBias - 1));
    return true;
  }
}

export const grabHeadThenPin = commit({
  id: 'grab-head-then-pin',
  title: 'mm/gup: fix try_grab_compound_head() race with split_huge_page()',
  commit: 'c24d37322548',
  since: 'v5.14',
});

export const pinCounting = history(
  PIN_COUNTING,
  'mm/gup.c:try_grab_compound_head(), try_grab_page(), unpin_user_page()',
  [
    asOf('v4.12', PinsNotCounted),
    posted(gupTrackPinned, EveryReferenceIsPin),
    since(trackFollPin, PinAddsBias),
    since(exactPincount, HugePinsExact),
    since(grabHeadThenPin, ReferenceThenBias),
  ],
);
