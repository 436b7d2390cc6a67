import { injectable } from '@pagerace/di';
import { ANON_REUSE_RULE, type SwapInDecision, type WriteProtectFate } from '@pagerace/fault';
import { GUP_UNSHARE_RULE, type GupFlags, type GupUnshareRule } from '@pagerace/gup';
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
  needs: ['cow-by-single-reference'],
  supersedes: ['cow-by-single-reference', 'cow-by-page-count'],
  provides: [
    { token: ANON_EXCLUSIVE, useValue: { isTracked: true, hasBarriers: false } },
    { token: ANON_REUSE_RULE, useClass: ReuseIfExclusive },
    { token: GUP_UNSHARE_RULE, useClass: UnshareUnlessExclusive },
  ],
});
