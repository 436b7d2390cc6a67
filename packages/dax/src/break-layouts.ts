import { injectable, token } from '@pagerace/di';
import { asOf, commit, history, since } from '@pagerace/history';
import { downWrite, kernelFunction, upWrite, waitEvent } from '@pagerace/machine';
import { type AddressSpace, type Page, pageCount } from '@pagerace/page-model';

export const BREAK_LAYOUTS = token<BreakLayouts>('dax.BreakLayouts', {
  providedBy: ['@pagerace/dax'],
});

/** The seam of blocks that a file gives up, and to which others may have references. */
export interface BreakLayouts {
  /**
   * Waits until nobody refers to the blocks. Hold i_rwsem and invalidate_lock for writing.
   *
   * @param busyPage unmaps the range, and finds a page to which somebody has a reference
   */
  breakLayouts(mapping: AddressSpace, busyPage: () => Page | undefined): void;
}

/** fs/ext4/inode.c, to v4.18: nobody is waited for. */
@injectable()
export class TakeAtOnce implements BreakLayouts {
  breakLayouts(): void {
    // Nothing.
  }
}

/** fs/ext4/inode.c:ext4_break_layouts(), v4.19. */
@injectable()
export class WaitForReferences implements BreakLayouts {
  @kernelFunction('fs/ext4/inode.c', 'ext4_break_layouts')
  breakLayouts(mapping: AddressSpace, busyPage: () => Page | undefined): void {
    for (let page = busyPage(); page !== undefined; page = busyPage()) {
      if (pageCount(page) === 1) continue;
      // ext4_wait_dax_page(): faults go on meanwhile, so that the range must be looked at again.
      upWrite(mapping.invalidateLock);
      waitEvent(page._refcount, (count) => count === 1);
      downWrite(mapping.invalidateLock);
    }
  }
}

export const ext4BreakLayouts = commit({
  id: 'ext4-break-layouts',
  title: 'ext4: handle layout changes to pinned DAX mappings',
  commit: '430657b6be89',
  since: 'v4.19',
});

export const breakLayouts = history(BREAK_LAYOUTS, 'fs/ext4/inode.c:ext4_break_layouts()', [
  asOf('v4.4', TakeAtOnce),
  since(ext4BreakLayouts, WaitForReferences),
]);
