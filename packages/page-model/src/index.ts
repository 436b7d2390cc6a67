export type { Pfn, VirtualAddress } from './address.js';
export {
  type Architecture,
  ARCHITECTURE,
  type DepositRule,
  type PageTableLevel,
} from './architecture.js';
export { MEMORY, Memory, MEMORY_OPTIONS, type MemoryOptions } from './memory.js';
export { auditReferences } from './reference-audit.js';

export { hugePmd, hugeSubpage } from './page/huge-page.js';
export { pageMapcount, pageMapped, pageTransHugeMapcount, totalMapcount } from './page/mapcount.js';
export { OutOfMemory, PageAllocator } from './page/page-allocator.js';
export { byteAt, type ByteString, type Half, PageContents, ZEROS } from './page/page-contents.js';
export * from './page/page-flags.js';
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
} from './page/page-ref.js';
export {
  __putPage,
  getPage,
  getPageUnlessZero,
  GUP_PIN_COUNTING_BIAS,
  pageMaybeDmaPinned,
  pageNeedsCowForDma,
  putPage,
  putPageTestzero,
  tryGetPage,
  unpinUserPage,
} from './page/page-references.js';
export { Page, type PageFlag, pageFlagNames } from './page/page.js';
export {
  exactPincount,
  EveryReferenceIsPin,
  grabHeadThenPin,
  gupTrackPinned,
  HugePinsExact,
  PIN_COUNTING,
  PinAddsBias,
  pinCounting,
  type PinCounting,
  PinsNotCounted,
  type ReferenceKind,
  ReferenceThenBias,
  type SpeculativeReference,
  trackFollPin,
  tryGetCompoundHead,
} from './page/pin-counting.js';
export {
  FiveGupCounters,
  FollPinCounters,
  FollPinCountersButZeroPage,
  follPinCounters,
  GUP_COUNTERS,
  gupCounters,
  type GupCounters,
  gupVmstat,
  NoGupCounters,
  zeroPageNotPinned,
} from './page/gup-counters.js';
export { VmStat } from './page/vmstat.js';

export { isolateLruPage, putbackLruPage } from './lru/isolate-lru-page.js';
export { type LruPvecs, type Pagevec, PAGEVEC_SIZE } from './lru/lru-batches.js';
export { addPageToLruList, delPageFromLruList, pageIsFileLru, pageLru } from './lru/lru-list.js';
export {
  activatePage,
  lruAddDrain,
  lruCacheAdd,
  markPageAccessed,
  markPageLazyfree,
} from './lru/lru.js';
export { type LruList, lruLists, Lruvec } from './lru/lruvec.js';
export { RECLAIM_PAGES, type ReclaimPages } from './lru/reclaim-pages.js';

export { pgtableTransHugeDeposit, pgtableTransHugeWithdraw } from './page-table/deposit.js';
export { mappedPage } from './page-table/mapped-page.js';
export {
  isMigrationEntry,
  isReadableMigrationEntry,
  isWritableMigrationEntry,
  makeReadableExclusiveMigrationEntry,
  makeReadableMigrationEntry,
  makeWritableMigrationEntry,
  nonSwapEntry,
  pfnSwapEntryToPage,
  withSwpEntry,
} from './page-table/migration-entry.js';
export { MmuGather } from './page-table/mmu-gather.js';
export {
  mustBePmdNone,
  pmdLock,
  pmdPopulate,
  pmdUnlock,
  pteAllocOne,
  pteFree,
} from './page-table/page-table-alloc.js';
export { auditPageTables } from './page-table/page-table-audit.js';
export type { Pte, Ptep } from './page-table/page-table-entry.js';
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
} from './page-table/page-table-walk.js';
export { vmNormalPage } from './page-table/vm-normal-page.js';
export { PageTable } from './page-table/page-table.js';
export {
  keptByLocks,
  PTE_MAP_RULE,
  pteMapInRcuSection,
  pteMapLooksAgain,
  type PteMapRule,
  pteMapRule,
} from './page-table/pte-map-rule.js';
export { type SwapEntry, swpEntry, swpOffset, swpType } from './page-table/swap-entry.js';
export { tlbRemoveTableSyncOne } from './page-table/table-sync.js';

export type {
  AddressSpaceOperations,
  FileSystem,
  InodeOperations,
  WritebackSyncMode,
} from './mapping/address-space-operations.js';
export { AddressSpace, type PagecacheTag, shmemMapping } from './mapping/address-space.js';
export { AnonVma } from './mapping/anon-vma.js';
export { type CachePageMaker, grabCachePage } from './mapping/grab-cache-page.js';
export { PageAnon, PageKsm } from './mapping/page-anon.js';
export {
  cancelDirtyPage,
  endPageWriteback,
  pageMapping,
  setPageDirty,
  setPageDirtyLock,
  setPageDirtyNobuffers,
  setPageDirtyNoWriteback,
  setPageWriteback,
  tagPageDirty,
  waitForStablePage,
} from './mapping/page-writeback.js';
export {
  addToPageCache,
  deleteFromPageCache,
  removeFromPageCache,
  findLockPage,
  lockPage,
  trylockPage,
  unlockPage,
  waitOnPageLocked,
  waitOnPageWriteback,
} from './mapping/pagemap.js';
export { type RmapItem, StableNode } from './mapping/stable-node.js';

export { awaitsWriteFault } from './mm/awaits-write-fault.js';
export {
  FAULT_FLAG_UNSHARE,
  FAULT_FLAG_USER,
  FAULT_FLAG_WRITE,
  FAULT_HANDLER,
  type FaultHandler,
  type VmFaultReason,
} from './mm/fault-handler.js';
export { flushTlbMm } from './mm/flush-tlb-mm.js';
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
} from './mm/mm-struct.js';
export {
  type IntervalSubscription,
  type MmuIntervalNotifier,
  mmuIntervalNotifierInsert,
  mmuIntervalReadBegin,
  mmuIntervalReadRetry,
  mmuIntervalSetSeq,
} from './mm/mmu-interval-notifier.js';
export {
  mmuNotified,
  type MmuNotifier,
  mmuNotifierInvalidatePage,
  mmuNotifierRegister,
} from './mm/mmu-notifier.js';
export { switchMm } from './mm/switch-mm.js';
export { isUnshare, isWrite, type VmFault } from './mm/vm-fault.js';
export type { MkwriteFault, VmOperations } from './mm/vm-operations.js';
export { USER_ACCESS, UserAccess } from './mm/user-access.js';
export type { UserfaultfdCtx } from './mm/userfaultfd-ctx.js';
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
} from './mm/vma.js';

export { STALE_TRANSLATION } from './tlb/page-walker.js';
export { TLB_FLUSH, type TlbFlush } from './tlb/tlb-flush.js';
export { TLB, Tlb, type TlbRange } from './tlb/tlb.js';
