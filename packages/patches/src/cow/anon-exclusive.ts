import { injectable } from '@pagerace/di';
import { ANON_REUSE_RULE, type SwapInDecision, type WriteProtectFate } from '@pagerace/fault';
import { GUP_UNSHARE_RULE, type GupFlags, type GupUnshareRule } from '@pagerace/gup';
import { HUGE_REUSE_RULE } from '@pagerace/huge-memory';
import { definePatch } from '@pagerace/kernel';
import {
  type Page,
  PageAnon,
  PageAnonExclusive,
  pageCount,
  SetPageAnonExclusive,
  type SwapEntry,
} from '@pagerace/page-model';
import { ANON_EXCLUSIVE } from '@pagerace/rmap';
import { ReuseBySingleReference } from './by-single-reference.js';
import { ReuseHugeBySingleReference } from './huge-by-single-reference.js';

/** A page that is marked exclusive is reused without more ado. mm/memory.c, v5.19. */
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
    super.swapIn(page, entry, writes, entryExclusive);
    const exclusive = entryExclusive || pageCount(page) === 1;
    return { write: writes && exclusive, exclusive };
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
  mustUnshare(page: Page, { write, pin }: GupFlags): boolean {
    if (write === true || pin !== true || !PageAnon(page)) return false;
    this.beforeFlag();
    return !PageAnonExclusive(page);
  }

  /** Between the second look at the entry and the look at the flag: nothing, in v5.19. */
  protected beforeFlag(): void {
    // See OrderedUnshare.
  }
}

export const anonExclusive = definePatch({
  id: 'anon-exclusive',
  title: 'mm: remember exclusively mapped anonymous pages with PG_anon_exclusive',
  commit: '6c287605fd56',
  since: 'v5.19',
  needs: ['cow-by-single-reference', 'huge-cow-by-single-reference'],
  supersedes: ['cow-by-single-reference', 'cow-by-page-count', 'huge-cow-by-single-reference'],
  provides: [
    { token: ANON_EXCLUSIVE, useValue: { isTracked: true, hasBarriers: false } },
    { token: ANON_REUSE_RULE, useClass: ReuseIfExclusive },
    { token: HUGE_REUSE_RULE, useClass: ReuseHugeIfExclusive },
    { token: GUP_UNSHARE_RULE, useClass: UnshareUnlessExclusive },
  ],
});
