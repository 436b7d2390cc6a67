import { defineKernelFunction, downRead, upRead } from '@pagerace/machine';
import {
  AddressSpace,
  type AnonVma,
  type Page,
  StableNode,
  type VirtualAddress,
  type Vma,
} from '@pagerace/page-model';
import { pageLockAnonVmaRead, pageUnlockAnonVmaRead } from './anon-vma-lock.js';

/** struct rmap_walk_control. */
export interface RmapWalkControl {
  /** What to do where the page may be mapped. @returns false to end the walk */
  readonly rmapOne: (page: Page, vma: Vma, address: VirtualAddress) => boolean;
  /** Whether the walk may end early, asked after each place. */
  readonly done?: (page: Page) => boolean;
  /** How the anon_vma is found and locked for reading. Default page_lock_anon_vma_read(), of a page that is mapped. */
  readonly anonLock?: (page: Page) => AnonVma | undefined;
}

/** rmap_walk(): visits every place where the page may be mapped. Hold the page lock. */
export function rmapWalk(page: Page, control: RmapWalkControl): void {
  const mapping = page.mapping.read();
  if (mapping instanceof AddressSpace) rmapWalkFile(page, mapping, control);
  else if (mapping instanceof StableNode) rmapWalkKsm(page, mapping, control);
  else rmapWalkAnon(page, control);
}

const rmapWalkFile = defineKernelFunction(
  'mm/rmap.c',
  'rmap_walk_file',
  (page: Page, file: AddressSpace, control: RmapWalkControl): void => {
    downRead(file.iMmapRwsem);
    visit(page, file.vmas, control);
    upRead(file.iMmapRwsem);
  },
);

function visit(page: Page, vmas: readonly Vma[], { rmapOne, done }: RmapWalkControl): void {
  for (const vma of vmas) {
    const address = vma.addressOfPage(page);
    if (address === undefined) continue;
    if (!rmapOne(page, vma, address)) break;
    if (done?.(page) === true) break;
  }
}

const rmapWalkAnon = defineKernelFunction(
  'mm/rmap.c',
  'rmap_walk_anon',
  (page: Page, control: RmapWalkControl): void => {
    const anonVma = (control.anonLock ?? pageLockAnonVmaRead)(page);
    if (anonVma === undefined) return;
    visit(page, anonVma.vmas, control);
    pageUnlockAnonVmaRead(anonVma);
  },
);

/** A KSM page has no index: it is looked for where it was merged, and then in processes forked since then. */
const rmapWalkKsm = defineKernelFunction(
  'mm/ksm.c',
  'rmap_walk_ksm',
  (page: Page, { hlist }: StableNode, { rmapOne, done }: RmapWalkControl): void => {
    for (const searchNewForks of [false, true]) {
      for (const { mm, address, anonVma } of hlist) {
        downRead(anonVma.rwsem);
        for (const vma of anonVma.vmas) {
          if (address < vma.start || address >= vma.end) continue;
          if ((mm === vma.mm) === searchNewForks) continue;
          if (!rmapOne(page, vma, address) || done?.(page) === true) {
            upRead(anonVma.rwsem);
            return;
          }
        }
        upRead(anonVma.rwsem);
      }
    }
  },
);
