import { injectable, token } from '@pagerace/di';
import { asOf, commit, history, since } from '@pagerace/history';
import {
  type LockedPte,
  type Mm,
  mmuNotified,
  mmuNotifierInvalidatePage,
  type VirtualAddress,
} from '@pagerace/page-model';
import { pageVmaMappedWalkDone } from './page-vma-mapped.js';

export const RMAP_NOTIFIER = token<RmapNotifier>('rmap.RmapNotifier', {
  providedBy: ['@pagerace/rmap'],
});

/** The seam of when page_mkclean_one() and try_to_unmap_one() tell MMU notifiers of the entry of one page. */
export interface RmapNotifier {
  /** @param change looks for the entry, and calls {@link RmapNotifier.changed} if it changes it */
  around(mm: Mm, address: VirtualAddress, change: () => boolean): boolean;
  /** Behind the change; unlocks the PTL. */
  changed(mm: Mm, address: VirtualAddress, mapped: LockedPte): void;
}

/** mm/rmap.c, v4.4: behind the PTL. A callback may sleep, and the address may have another page by then. */
@injectable()
export class NotifyBehindLock implements RmapNotifier {
  around(_mm: Mm, _address: VirtualAddress, change: () => boolean): boolean {
    return change();
  }

  changed(mm: Mm, address: VirtualAddress, mapped: LockedPte): void {
    pageVmaMappedWalkDone(mapped);
    mmuNotifierInvalidatePage(mm, address);
  }
}

export const rmapNotifierUnderLock = commit({
  id: 'rmap-notifier-under-ptl',
  title: 'mm: convert try_to_unmap_one() to use page_vma_mapped_walk()',
  commit: 'c7ab0d2fdc84',
  since: 'v4.11',
});

/** mm/rmap.c, v4.12: under the PTL, where a callback must not sleep. page_mkclean_one(): f27176cfc363, v4.11 too. */
@injectable()
export class NotifyUnderLock extends NotifyBehindLock {
  override changed(mm: Mm, address: VirtualAddress, mapped: LockedPte): void {
    mmuNotifierInvalidatePage(mm, address);
    pageVmaMappedWalkDone(mapped);
  }
}

export const rmapNotifierRange = commit({
  id: 'rmap-notifier-range',
  title: 'mm/rmap: update to new mmu_notifier semantic v2',
  commit: '369ea8242c0f',
  since: 'v4.13',
});

/** mm/rmap.c, v5.17: before and after. The walk goes on in between, and the PTL is taken and given back. */
@injectable()
export class NotifyRange implements RmapNotifier {
  around(mm: Mm, address: VirtualAddress, change: () => boolean): boolean {
    return mmuNotified(mm, address, address + mm.memory.pageSize, change);
  }

  changed(_mm: Mm, _address: VirtualAddress, mapped: LockedPte): void {
    pageVmaMappedWalkDone(mapped);
  }
}

export const rmapNotifier = history(
  RMAP_NOTIFIER,
  'mm/rmap.c:page_mkclean_one(), try_to_unmap_one(), their MMU notifiers',
  [
    asOf('v4.4', NotifyBehindLock),
    since(rmapNotifierUnderLock, NotifyUnderLock),
    since(rmapNotifierRange, NotifyRange),
  ],
);
