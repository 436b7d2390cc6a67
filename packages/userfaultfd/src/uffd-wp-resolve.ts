import { token } from '@pagerace/di';
import { asOf, commit, history, since } from '@pagerace/history';

export const UFFD_WP_RESOLVE = token<UffdWpResolve>('userfaultfd.UffdWpResolve', {
  providedBy: ['@pagerace/userfaultfd'],
});

/** The seam of MM_CP_TRY_CHANGE_WRITABLE in uffd_wp_range(): whether a resolved entry may be writable at once. */
export interface UffdWpResolve {
  readonly triesWritable: boolean;
}

export const uffdWpResolveWritable = commit({
  id: 'uffd-wp-resolve-writable',
  title: 'mm/userfaultfd: rely on vma->vm_page_prot in uffd_wp_range()',
  commit: '931298e103c2',
  since: 'v6.3',
});

/** Read in v5.17-rc5, v6.1-rc7 and v6.3.8. UFFDIO_WRITEPROTECT came in v5.7. */
export const uffdWpResolve = history(UFFD_WP_RESOLVE, 'mm/userfaultfd.c:uffd_wp_range()', [
  asOf('v4.12', { triesWritable: false }),
  since(uffdWpResolveWritable, { triesWritable: true }),
]);
