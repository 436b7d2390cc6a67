import { injectable, token } from '@pagerace/di';
import { asOf, commit, history, since } from '@pagerace/history';
import { readOnce } from '@pagerace/machine';
import { AddressSpace, type Page, shmemMapping, type Vma } from '@pagerace/page-model';
import type { GupFlags } from './gup-flags.js';

export const LONGTERM_WRITE = token<LongtermWrite>('gup.LongtermWrite', {
  providedBy: ['@pagerace/gup'],
});

/** The seam of pins for long, for writing, of pages whose file system must hear of each write. */
export interface LongtermWrite {
  /** writable_file_mapping_allowed(): what the slow path answers with -EFAULT otherwise. Hold mmap_lock. */
  isAllowedIn(vma: Vma, flags: GupFlags): boolean;
  /** folio_fast_pin_allowed(): what GUP-fast leaves to the slow path otherwise. The caller has a reference. */
  isAllowedFast(page: Page, flags: GupFlags): boolean;
}

/** Of every page. mm/gup.c, to v6.4. */
@injectable()
export class AllowLongtermWrite implements LongtermWrite {
  isAllowedIn(_vma: Vma, _flags: GupFlags): boolean {
    return true;
  }

  isAllowedFast(_page: Page, _flags: GupFlags): boolean {
    return true;
  }
}

/** mm/gup.c with the first of the two commits; what GUP-fast finds it still gives out. */
@injectable()
export class RefuseLongtermWriteSlow extends AllowLongtermWrite {
  override isAllowedIn(vma: Vma, { pin, longterm }: GupFlags): boolean {
    return pin !== true || longterm !== true || !vma.needsDirtyTracking;
  }
}

export const gupLongtermFileSlow = commit({
  id: 'gup-longterm-file-slow',
  title: 'mm/gup: disallow FOLL_LONGTERM GUP-nonfast writing to file-backed mappings',
  commit: '8ac268436e6d',
  since: 'v6.5',
});

/** mm/gup.c, v6.5. */
@injectable()
export class RefuseLongtermWrite extends RefuseLongtermWriteSlow {
  override isAllowedFast(page: Page, { write, pin, longterm }: GupFlags): boolean {
    if (write !== true || pin !== true || longterm !== true) return true;
    // Without a lock the page may be truncated meanwhile, so that nothing is known of it: NULL is for the slow path.
    const mapping = readOnce(page.mapping);
    if (mapping === null) return false;
    return !(mapping instanceof AddressSpace) || shmemMapping(mapping);
  }
}

export const gupLongtermFileFast = commit({
  id: 'gup-longterm-file-fast',
  title: 'mm/gup: disallow FOLL_LONGTERM GUP-fast writing to file-backed mappings',
  commit: 'a6e79df92e4a',
  since: 'v6.5',
});

export const longtermWrite = history(
  LONGTERM_WRITE,
  'mm/gup.c:check_vma_flags(), gup_pte_range()',
  [
    asOf('v4.12', AllowLongtermWrite),
    since(gupLongtermFileSlow, RefuseLongtermWriteSlow),
    since(gupLongtermFileFast, RefuseLongtermWrite),
  ],
);
