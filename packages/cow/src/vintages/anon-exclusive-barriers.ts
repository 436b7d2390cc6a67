import { injectable } from '@pagerace/di';
import { smpMbAfterAtomic, smpRmb } from '@pagerace/machine';
import type { PinOrdering } from '../pin-ordering.js';
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
