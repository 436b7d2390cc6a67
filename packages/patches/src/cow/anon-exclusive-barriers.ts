import { injectable } from '@pagerace/di';
import { GUP_UNSHARE_RULE, PIN_ORDERING, type PinOrdering } from '@pagerace/gup';
import { definePatch } from '@pagerace/kernel';
import { smpMbAfterAtomic, smpRmb } from '@pagerace/machine';
import { ANON_EXCLUSIVE } from '@pagerace/rmap';
import { UnshareUnlessExclusive } from './anon-exclusive.js';

/** mm/gup.c:try_grab_folio(): the bias comes before the second look at the entry. */
@injectable()
export class OrderedPin implements PinOrdering {
  afterPin(): void {
    smpMbAfterAtomic();
  }
}

/** gup_must_unshare(): pairs with the barrier between the cleared flag and the entry that is put back. */
@injectable()
export class OrderedUnshare extends UnshareUnlessExclusive {
  protected override beforeFlag(): void {
    smpRmb('gup_must_unshare');
  }
}

export const anonExclusiveBarriers = definePatch({
  id: 'anon-exclusive-barriers',
  title: 'mm: fix PageAnonExclusive clearing racing with concurrent RCU GUP-fast',
  commit: '088b8aa537c2',
  since: 'v6.1',
  needs: ['anon-exclusive'],
  supersedes: ['anon-exclusive'],
  provides: [
    { token: ANON_EXCLUSIVE, useValue: { isTracked: true, hasBarriers: true } },
    { token: PIN_ORDERING, useClass: OrderedPin },
    { token: GUP_UNSHARE_RULE, useClass: OrderedUnshare },
  ],
});
