export type { Pfn, VirtualAddress } from './address.js';
export { AnonVma } from './anon-vma.js';
export {
  ARCHITECTURE,
  type Architecture,
  type DepositRule,
  type PageTableLevel,
} from './architecture.js';
export { pgtableTransHugeDeposit, pgtableTransHugeWithdraw } from './deposit.js';
export {
  FAULT_FLAG_UNSHARE,
  FAULT_FLAG_USER,
  FAULT_FLAG_WRITE,
  FAULT_HANDLER,
  type FaultHandler,
} from './fault-handler.js';
export { FileMapping } from './file-mapping.js';
export { flushTlbMm } from './flush-tlb-mm.js';
export { hugePmd, hugeSubpage } from './huge-page.js';
export { isolateLruPage, putbackLruPage } from './isolate-lru-page.js';
export { type LruPvecs, PAGEVEC_SIZE, type Pagevec } from './lru-batches.js';
export { lruLists, type LruList, Lruvec } from './lruvec.js';
export { mappedPage } from './mapped-page.js';
export { Memory, MEMORY, MEMORY_OPTIONS, type MemoryOptions } from './memory.js';
export {
  type Deposit,
  type Mapping,
  Mm,
  mmapReadLock,
  mmapReadTrylock,
  mmapReadUnlock,
  mmapWriteLock,
  mmapWriteTrylock,
  mmapWriteUnlock,
} from './mm-struct.js';
export {
  __putPage,
  getPage,
  getPageUnlessZero,
  GUP_PIN_COUNTING_BIAS,
  PageAnon,
  PageKsm,
  pageMapcount,
  pageMapped,
  pageMaybeDmaPinned,
  pageNeedsCowForDma,
  pinReferences,
  pageTransHugeMapcount,
  putPage,
  putPageTestzero,
  totalMapcount,
  tryGetPage,
  unpinUserPage,
} from './mm.js';
export { MmuGather } from './mmu-gather.js';
export { type MmuNotifier, mmuNotified, mmuNotifierRegister } from './mmu-notifier.js';
export { PageAllocator } from './page-allocator.js';
export { byteAt, type ByteString, type Half, PageContents, ZEROS } from './page-contents.js';
export * from './page-flags.js';
export {
  pageCount,
  pageRefAdd,
  pageRefAddUnless,
  pageRefAddUnlessAcquire,
  pageRefAddUnlessRelaxed,
  pageRefDecAndTest,
  pageRefFreeze,
  pageRefInc,
  pageRefSub,
  pageRefSubAndTest,
  pageRefUnfreeze,
  setPageCount,
} from './page-ref.js';
export {
  mustBePmdNone,
  pmdLock,
  pmdPopulate,
  pmdUnlock,
  pteAllocOne,
  pteFree,
} from './page-table-alloc.js';
export { auditPageTables } from './page-table-audit.js';
export type { Pte, Ptep } from './page-table-entry.js';
export {
  type LockedPte,
  pmdAlloc,
  pmdOffset,
  pmdRanges,
  type PmdWalk,
  pteAlloc,
  pteOffsetMap,
  pteOffsetMapLock,
  pteOffsetMapNolock,
  pteUnmap,
  pteUnmapUnlock,
  type PteWalk,
  walkToPmd,
  walkToPte,
  withPteLocked,
} from './page-table-walk.js';
export { PageTable } from './page-table.js';
export {
  clearPageDirtyForIo,
  endPageWriteback,
  setPageDirty,
  setPageDirtyLock,
  setPageWriteback,
} from './page-writeback.js';
export { type AddressSpace, Page, type PageFlag, pageFlagNames } from './page.js';
export {
  findLockPage,
  lockPage,
  trylockPage,
  unlockPage,
  waitOnPageLocked,
  waitOnPageWriteback,
} from './pagemap.js';
export {
  keptByLocks,
  PTE_MAP_RULE,
  type PteMapRule,
  pteMapInRcuSection,
  pteMapLooksAgain,
  pteMapRule,
} from './pte-map-rule.js';
export { RECLAIM_PAGES, type ReclaimPages } from './reclaim-pages.js';
export { auditReferences } from './reference-audit.js';
export { type RmapItem, StableNode } from './stable-node.js';
export {
  isMigrationEntry,
  isReadableMigrationEntry,
  isWritableMigrationEntry,
  makeReadableExclusiveMigrationEntry,
  makeReadableMigrationEntry,
  makeWritableMigrationEntry,
  nonSwapEntry,
  pfnSwapEntryToPage,
} from './migration-entry.js';
export { type SwapEntry, swpEntry, swpOffset, swpType } from './swap-entry.js';
export {
  activatePage,
  addPageToLruList,
  delPageFromLruList,
  lruAddDrain,
  lruCacheAdd,
  markPageAccessed,
  markPageLazyfree,
  pageIsFileLru,
  pageLru,
} from './swap.js';
export { switchMm } from './switch-mm.js';
export { tlbRemoveTableSyncOne } from './table-sync.js';
export { TLB_FLUSH, type TlbFlush } from './tlb-flush.js';
export { STALE_TRANSLATION } from './tlb/page-walker.js';
export { TLB, Tlb, type TlbRange } from './tlb/tlb.js';
export { UserAccess, USER_ACCESS } from './user-access.js';
export type { UserfaultfdCtx } from './userfaultfd-ctx.js';
export {
  VM_DROPPABLE,
  VM_EXEC,
  VM_LOCKED,
  VM_MAYWRITE,
  VM_READ,
  VM_SHARED,
  VM_SOFTDIRTY,
  VM_WRITE,
  Vma,
} from './vma.js';
