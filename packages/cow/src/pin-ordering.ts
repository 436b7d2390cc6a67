import { token } from '@pagerace/di';

export const PIN_ORDERING = token<PinOrdering>('cow.PinOrdering', {
  providedBy: ['@pagerace/cow'],
});

/** The seam of ordering between the bias of FOLL_PIN and the second look at the entry. */
export interface PinOrdering {
  /** Comes between the two. */
  afterPin(): void;
}
