import { inject, injectable } from '@pagerace/di';
import { commit } from '@pagerace/history';
import {
  getPage,
  type Page,
  PageAnon,
  PageAnonExclusive,
  pageCount,
  PageKsm,
  putPage,
  SetPageAnonExclusive,
  type SwapEntry,
  type Vma,
} from '@pagerace/page-model';
import { RMAP, type Rmap } from '@pagerace/rmap';
import type { AnonDupRule } from '../anon-dup-rule.js';
import type { SwapInDecision, WriteProtectFate } from '../anon-reuse-rule.js';
import type { GupUnshareRule, ReferenceUse } from '../gup-unshare-rule.js';
import { ReuseBySingleReference, ReuseHugeBySingleReference } from './single-reference.js';

/** A page that is marked exclusive is reused without more ado. mm/memory.c, 6c287605fd56 (v5.19). */
@injectable()
export class ReuseIfExclusive extends ReuseBySingleReference {
  override fateOf(page: Page): WriteProtectFate {
    if (PageAnonExclusive(page)) return 'reuse';
    const fate = super.fateOf(page);
    // page_move_anon_rmap().
    if (fate === 'reuse') SetPageAnonExclusive(page);
    return fate;
  }

  override swapIn(
    page: Page,
    entry: SwapEntry,
    writes: boolean,
    entryExclusive: boolean,
  ): SwapInDecision {
    const isKnown = this.isKnownExclusive(page, entry, entryExclusive);
    this.giveUpSlot(page, entry, writes);
    const exclusive = !PageKsm(page) && (isKnown || pageCount(page) === 1);
    return { write: writes && exclusive, exclusive };
  }

  /** Whether no count is needed. Part 2 of the COW fixes keeps nothing of it in the entry. */
  protected isKnownExclusive(page: Page, _entry: SwapEntry, _entryExclusive: boolean): boolean {
    return this.isFresh(page);
  }
}

/** The same of a huge page, whose head has the mark. mm/huge_memory.c, v5.19. */
@injectable()
export class ReuseHugeIfExclusive extends ReuseHugeBySingleReference {
  override isExclusive(head: Page): boolean {
    return PageAnonExclusive(head);
  }

  /** Looks at the mark again, as pmd_lock() may have been given back meanwhile. */
  override mayReuse(head: Page): boolean {
    if (PageAnonExclusive(head)) return true;
    const mayReuse = super.mayReuse(head);
    // page_move_anon_rmap().
    if (mayReuse) SetPageAnonExclusive(head);
    return mayReuse;
  }
}

/** A pin for reading must be of the page that later writes of the process go to. mm/gup.c, v5.19. */
@injectable()
export class UnshareUnlessExclusive implements GupUnshareRule {
  mustUnshare(page: Page, use: ReferenceUse, vma?: Vma): boolean {
    if (use.write === true || use.pin !== true) return false;
    if (!PageAnon(page)) return this.mustUnshareOther(use, vma);
    this.beforeFlag();
    return !PageAnonExclusive(page);
  }

  /** Of a page that is not anonymous: never, to v6.1. */
  protected mustUnshareOther(_use: ReferenceUse, _vma: Vma | undefined): boolean {
    // See UnshareForLongterm.
    return false;
  }

  /** Between the second look at the entry and the look at the flag: nothing, in v5.19. */
  protected beforeFlag(): void {
    // See OrderedUnshare.
  }
}

/** get_page(), then page_try_dup_anon_rmap(): copy_present_pte() and copy_huge_pmd(), v5.19. */
@injectable()
export class ReferenceBeforeLook implements AnonDupRule {
  constructor(@inject(RMAP) private readonly rmap: Rmap) {}

  tryDup(page: Page, compound: boolean, vma: Vma): boolean {
    getPage(page);
    const isShared = this.rmap.pageTryDupAnonRmap(page, compound, vma);
    if (!isShared) putPage(page);
    return isShared;
  }
}

export const tryDupAnonRmap = commit({
  id: 'try-dup-anon-rmap',
  title: 'mm/rmap: split page_dup_rmap() into page_dup_file_rmap() and page_try_dup_anon_rmap()',
  commit: 'fb3d824d1a46',
  since: 'v5.19',
});
