import { injectable, token } from '@pagerace/di';
import { asOf, commit, history, posted, since, unmerged } from '@pagerace/history';
import type { Page } from './page.js';
import { gupTrackPinned } from './pin-counting.js';

export const GUP_COUNTERS = token<GupCounters>('page-model.GupCounters', {
  providedBy: ['@pagerace/page-model'],
});

/**
 * The seam of what /proc/vmstat counts of get_user_pages(). Without `MemoryOptions.statThreshold` nothing is counted,
 * and nothing is accessed.
 */
export interface GupCounters {
  /** The lines of /proc/vmstat, in its order. */
  readonly items: readonly string[];
  /** GUP-fast has taken references to `refs` pages by one entry, and has not looked at it again. */
  requestedFast(page: Page, refs: number, pin: boolean): void;
  /**
   * The slow path has taken a reference.
   *
   * @param wholeMapped to a page that an entry of a huge page maps
   */
  requestedSlow(page: Page, wholeMapped: boolean, pin: boolean): void;
  /** GUP-fast finds the entry changed, which is of a huge page or not, and is going to give references back. */
  backedOff(page: Page, wholeMapped: boolean): void;
  /** The slow path takes no reference, as the count has no room. */
  overflowed(page: Page): void;
  /** References to `refs` pages are given back now. */
  returned(page: Page, refs: number, pin: boolean): void;
}

/** Nothing is counted. */
@injectable()
export class NoGupCounters implements GupCounters {
  readonly items = [];

  requestedFast(): void {
    // See NoGupCounters.
  }

  requestedSlow(): void {
    // See NoGupCounters.
  }

  backedOff(): void {
    // See NoGupCounters.
  }

  overflowed(): void {
    // See NoGupCounters.
  }

  returned(): void {
    // See NoGupCounters.
  }
}

/** Of 3 February 2019, never merged. Its commit message shows the counters after runs of fio. */
export const gupVmstat = unmerged({
  id: 'gup-vmstat',
  title: '[PATCH 5/6] mm/gup: /proc/vmstat support for get/put user pages',
  url: 'https://lore.kernel.org/all/20190204052135.25784-6-jhubbard@nvidia.com/',
  needs: [gupTrackPinned],
});

const SLOW = 0;
const FAST = 1;
const BACKOFFS = 2;
const OVERFLOWS = 3;
const RETURNED = 4;

/** The five of {@link gupVmstat}, each where the patch has it. */
@injectable()
export class FiveGupCounters implements GupCounters {
  readonly items = [
    'nr_gup_slow_pages_requested',
    'nr_gup_fast_pages_requested',
    'nr_gup_fast_page_backoffs',
    'nr_gup_page_count_overflows',
    'nr_gup_pages_returned',
  ];

  /** Once for an entry, however many pages of a huge page it gives out. */
  requestedFast({ memory }: Page): void {
    memory.vmstat?.modNodePageState(FAST, 1);
  }

  /** In follow_page_pte(); the patch leaves follow_trans_huge_pmd() as it is. */
  requestedSlow({ memory }: Page, wholeMapped: boolean): void {
    if (!wholeMapped) memory.vmstat?.modNodePageState(SLOW, 1);
  }

  /** In gup_pte_range(); gup_huge_pmd() calls put_user_page() only. */
  backedOff({ memory }: Page, wholeMapped: boolean): void {
    if (!wholeMapped) memory.vmstat?.modNodePageState(BACKOFFS, 1);
  }

  overflowed({ memory }: Page): void {
    memory.vmstat?.modNodePageState(OVERFLOWS, 1);
  }

  returned({ memory }: Page): void {
    memory.vmstat?.modNodePageState(RETURNED, 1);
  }
}

const ACQUIRED = 0;
const RELEASED = 1;

/** nr_foll_pin_acquired and nr_foll_pin_released: FOLL_PIN only, and by pages. v5.7. */
@injectable()
export class FollPinCounters implements GupCounters {
  readonly items = ['nr_foll_pin_acquired', 'nr_foll_pin_released'];

  requestedFast(page: Page, refs: number, pin: boolean): void {
    this.#count(ACQUIRED, page, refs, pin);
  }

  requestedSlow(page: Page, _wholeMapped: boolean, pin: boolean): void {
    this.#count(ACQUIRED, page, 1, pin);
  }

  backedOff(): void {
    // put_compound_head() counts what is given back.
  }

  overflowed(): void {
    // try_grab_page() fails before it counts.
  }

  returned(page: Page, refs: number, pin: boolean): void {
    this.#count(RELEASED, page, refs, pin);
  }

  /** Whether a pin of that page counts. */
  protected counts(_page: Page): boolean {
    return true;
  }

  #count(item: number, page: Page, refs: number, pin: boolean): void {
    if (pin && this.counts(page)) page.memory.vmstat?.modNodePageState(item, refs);
  }
}

export const follPinCounters = commit({
  id: 'foll-pin-counters',
  title: 'mm/gup: /proc/vmstat: pin_user_pages (FOLL_PIN) reporting',
  commit: '1970dc6f5226',
  since: 'v5.7',
});

/** The zero page is not pinned, and not counted. v6.5. */
@injectable()
export class FollPinCountersButZeroPage extends FollPinCounters {
  protected override counts({ isZeroPage }: Page): boolean {
    return !isZeroPage;
  }
}

export const zeroPageNotPinned = commit({
  id: 'zero-page-not-pinned',
  title: "mm: Don't pin ZERO_PAGE in pin_user_pages()",
  commit: 'c8070b787519',
  since: 'v6.5',
});

export const gupCounters = history(GUP_COUNTERS, 'mm/gup.c, mm/swap.c:mod_node_page_state()', [
  asOf('v4.12', NoGupCounters),
  posted(gupVmstat, FiveGupCounters),
  since(follPinCounters, FollPinCounters),
  since(zeroPageNotPinned, FollPinCountersButZeroPage),
]);
