import { unshareForLongterm } from '@pagerace/cow';
import { token } from '@pagerace/di';
import { asOf, commit, history, since } from '@pagerace/history';

export const UNSHARE_FAULT = token<UnshareFault>('fault.UnshareFault', {
  providedBy: ['@pagerace/fault'],
});

/** The seam of FAULT_FLAG_UNSHARE in do_wp_page(), where no anonymous page is mapped. */
export interface UnshareFault {
  /** A copy is mapped, as for a write; otherwise there is nothing to do. */
  readonly copiesAnything: boolean;
}

export const unshareAnything = commit({
  id: 'unshare-anything',
  title: 'mm: extend FAULT_FLAG_UNSHARE support to anything in a COW mapping',
  commit: '8d6a0ac09a16',
  since: 'v6.2',
});

/** Read in v5.19, v6.1-rc7 and v6.3.8. */
export const unshareFault = history(UNSHARE_FAULT, 'mm/memory.c:do_wp_page(), FAULT_FLAG_UNSHARE', [
  asOf('v4.12', { copiesAnything: false }),
  since(unshareAnything, { copiesAnything: true }),
  // Unchanged; GUP, which asks for it since then, would fault for ever without.
  since(unshareForLongterm, { copiesAnything: true }),
]);
