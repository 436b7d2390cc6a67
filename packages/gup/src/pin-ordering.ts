import { injectable, token } from '@pagerace/di';

export const PIN_ORDERING = token<PinOrdering>('gup.PinOrdering', {
  providedBy: ['@pagerace/gup', '@pagerace/patches'],
});

/** The seam of ordering between the bias of FOLL_PIN and the second look at the entry. */
export interface PinOrdering {
  /** Comes between the two. */
  afterPin(): void;
}

/**
 * None: the reference itself is fully ordered, the bias that is added to it is not. mm/gup.c, to v6.0.
 */
@injectable()
export class UnorderedPin implements PinOrdering {
  afterPin(): void {
    // The bias is added and nothing else.
  }
}
