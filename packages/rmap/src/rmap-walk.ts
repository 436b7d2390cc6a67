import { defineKernelFunction } from '@pagerace/machine';
import type { Page, VirtualAddress, Vma } from '@pagerace/page-model';
import { pageLockAnonVmaRead, pageUnlockAnonVmaRead } from './anon-vma-lock.js';

/** struct rmap_walk_control. */
export interface RmapWalkControl {
  /** What to do where the page may be mapped. @returns false to end the walk */
  readonly rmapOne: (page: Page, vma: Vma, address: VirtualAddress) => boolean;
  /** Whether the walk may end early, asked after each place. */
  readonly done?: (page: Page) => boolean;
}

/** rmap_walk(): visits every place where the page may be mapped. Hold the page lock. */
export const rmapWalk = defineKernelFunction(
  'mm/rmap.c',
  'rmap_walk_anon',
  (page: Page, { rmapOne, done }: RmapWalkControl): void => {
    const anonVma = pageLockAnonVmaRead(page);
    if (anonVma === undefined) return;
    for (const vma of anonVma.vmas) {
      const address = vma.addressOfPage(page);
      if (address === undefined) continue;
      if (!rmapOne(page, vma, address)) break;
      if (done?.(page) === true) break;
    }
    pageUnlockAnonVmaRead(anonVma);
  },
);
