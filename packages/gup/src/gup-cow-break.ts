import { injectable, token } from '@pagerace/di';
import { asOf, commit, history, since } from '@pagerace/history';
import { VM_SHARED, VM_WRITE, type Vma } from '@pagerace/page-model';
import type { GupFlags } from './gup-flags.js';

export const GUP_COW_BREAK = token<GupCowBreak>('gup.GupCowBreak', {
  providedBy: ['@pagerace/gup'],
});

/** The seam of which references for reading are got as if they were for writing, so that copy-on-write comes first. */
export interface GupCowBreak {
  /** What internal_get_user_pages_fast() walks the page table with. */
  fastFlags(flags: GupFlags): GupFlags;
  /** What __get_user_pages() goes on with, in a mapping. */
  slowFlags(flags: GupFlags, vma: Vma): GupFlags;
}

/** A reference for reading is of the page that is mapped. mm/gup.c, to v5.7, and since v5.9. */
@injectable()
export class AsAsked implements GupCowBreak {
  fastFlags(flags: GupFlags): GupFlags {
    return flags;
  }

  slowFlags(flags: GupFlags, _vma: Vma): GupFlags {
    return flags;
  }
}

/** should_force_cow_break(): each reference to a page of a COW mapping is one for writing. mm/gup.c, v5.8. */
@injectable()
export class ForceCowBreak implements GupCowBreak {
  /** Without a lock only what is writable already is given out; but nothing else would do with FOLL_FAST_ONLY. */
  fastFlags(flags: GupFlags): GupFlags {
    return flags.fastOnly === true ? flags : { ...flags, write: true };
  }

  slowFlags(flags: GupFlags, vma: Vma): GupFlags {
    return isCowMapping(vma) ? { ...flags, write: true } : flags;
  }
}

/** is_cow_mapping(), but for mappings that are read-only now: what FOLL_COW is for is not modelled. */
function isCowMapping(vma: Vma): boolean {
  return !vma.has(VM_SHARED) && vma.has(VM_WRITE);
}

export const gupForceCowBreak = commit({
  id: 'gup-force-cow-break',
  title: 'gup: document and work around "COW can break either way" issue',
  commit: '17839856fd58',
  since: 'v5.8',
});

export const gupNoForcedCow = commit({
  id: 'gup-no-forced-cow',
  title: 'mm/gup: Remove enfornced COW mechanism',
  commit: 'a308c71bf1e6',
  since: 'v5.9',
});

export const gupCowBreak = history(
  GUP_COW_BREAK,
  'mm/gup.c:internal_get_user_pages_fast(), __get_user_pages()',
  [asOf('v4.12', AsAsked), since(gupForceCowBreak, ForceCowBreak), since(gupNoForcedCow, AsAsked)],
);
