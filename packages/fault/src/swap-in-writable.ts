import { token } from '@pagerace/di';
import { asOf, commit, history, since } from '@pagerace/history';

export const SWAP_IN_WRITABLE = token<SwapInWritable>('fault.SwapInWritable', {
  providedBy: ['@pagerace/fault'],
});

/** The seam of do_swap_page() that maps an exclusive page: whether for a fault that reads, too, it is writable. */
export interface SwapInWritable {
  /** It is, and clean, unless the next write must fault. A fault that writes is then not over, either. */
  readonly forReads: boolean;
}

export const swapInWritable = commit({
  id: 'swap-in-writable',
  title: 'mm: swap: reuse exclusive folio directly instead of wp page faults',
  commit: 'c18160dba5ff',
  since: 'v6.11',
});

/** With "mm: set pte writable while pte_soft_dirty() is true in do_swap_page()", of the same release. */
export const swapInWritableHistory = history(
  SWAP_IN_WRITABLE,
  'mm/memory.c:do_swap_page(), its entry',
  [asOf('v4.12', { forReads: false }), since(swapInWritable, { forReads: true })],
);
