import { injectable } from '@pagerace/di';
import { commit } from '@pagerace/history';
import { VM_SHARED, type Vma } from '@pagerace/page-model';
import type { ReferenceUse } from '../gup-unshare-rule.js';
import { OrderedUnshare } from './anon-exclusive-barriers.js';

/**
 * A long-term pin for reading, too, of a page that is not anonymous, such as the zero page: the next write would take
 * the page table away from what is pinned. include/linux/mm.h, v6.2.
 */
@injectable()
export class UnshareForLongterm extends OrderedUnshare {
  protected override mustUnshareOther({ longterm }: ReferenceUse, vma: Vma | undefined): boolean {
    if (longterm !== true) return false;
    // GUP-fast has no vma, and leaves the page to the slow path. is_cow_mapping(): every private mapping may become
    // writable (VM_MAYWRITE).
    return vma?.has(VM_SHARED) !== true;
  }
}

export const unshareForLongterm = commit({
  id: 'unshare-for-longterm',
  title: 'mm/gup: reliable R/O long-term pinning in COW mappings',
  commit: '84209e87c6963f928194a890399e24e8ad299db1',
  since: 'v6.2',
});
