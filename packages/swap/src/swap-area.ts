import { inject, injectable } from '@pagerace/di';
import { cover, ModelError, reach } from '@pagerace/explorer';
import {
  cell,
  type Cell,
  kernelFunction,
  Order,
  rcuReadLock,
  rcuReadUnlock,
  read,
  readOnce,
  spinLock,
  spinUnlock,
  synchronizeRcu,
  Violation,
  VM_BUG_ON,
  waitEvent,
  writeOnce,
} from '@pagerace/machine';
import {
  type ByteString,
  ClearPageDirty,
  ClearPageSwapCache,
  ClearPageUptodate,
  endPageWriteback,
  getPageUnlessZero,
  type Half,
  lockPage,
  lruCacheAdd,
  MEMORY,
  type Memory,
  type Page,
  PageDirty,
  PageKsm,
  pageMapcount,
  pageTransHugeMapcount,
  pageRefAdd,
  pageRefFreeze,
  pageRefUnfreeze,
  PageSwapCache,
  PageWriteback,
  putPage,
  setPageDirty,
  SetPageDirty,
  SetPageSwapBacked,
  SetPageSwapCache,
  SetPageUptodate,
  setPageWriteback,
  type SwapEntry,
  swpEntry,
  swpOffset,
  trylockPage,
  unlockPage,
} from '@pagerace/page-model';
import { RW_PAGE, type RwPage } from './rw-page.js';
import { Mmlist } from './mmlist.js';
import type { SwapDevice } from './swap-device.js';
import { SWAP_DEVICE_GUARD, type SwapDeviceGuard } from './swap-device-guard.js';
import type { Swap } from './swap.js';
import { SYNCHRONOUS_SWAPIN, type SynchronousSwapin } from './synchronous-swapin.js';
import { SWAP_HAS_CACHE, SwapInfo, type SwapSlot } from './swap-info.js';

/** The device that the model has. */
const type = 0;

const isNone = (count: number): boolean => count === 0;

/** The property that a device demands which needs pages unchanged while it writes them. */
export const UNSTABLE_WRITE = 'I-STABLE';

/** Swap as of v5.17, but for the seams, for small pages, over one device. */
@injectable()
export class SwapArea implements Swap {
  readonly mmlist = new Mmlist();
  #device: SwapInfo | undefined;
  /** Whether swap_duplicate() is going to fail; undefined where nobody wants it to. */
  #swapDuplicateFails: Cell<boolean> | undefined;

  constructor(
    @inject(MEMORY) private readonly memory: Memory,
    @inject(RW_PAGE) private readonly rwPage: RwPage,
    @inject(SYNCHRONOUS_SWAPIN) private readonly synchronousSwapin: SynchronousSwapin,
    @inject(SWAP_DEVICE_GUARD) private readonly guard: SwapDeviceGuard,
  ) {}

  swapon(device: SwapDevice): void {
    this.#device = new SwapInfo(this.memory.machine, device);
  }

  @kernelFunction('mm/swapfile.c')
  getSwapDevice(_entry: SwapEntry): boolean {
    if (this.guard.guards !== 'faults') return true;
    const { isValid, users } = this.#info;
    // percpu_ref_tryget_live().
    rcuReadLock();
    const isLive = readOnce(isValid);
    if (isLive) users.here().fetchAdd(1);
    rcuReadUnlock();
    return isLive;
  }

  putSwapDevice(_entry: SwapEntry): void {
    if (this.guard.guards === 'faults') this.#info.users.here().fetchAdd(-1, Order.release);
  }

  /** A look at the tables of the device, which swapoff waits for; undefined if it has come before. */
  #guarded<T>(look: () => T): T | undefined {
    if (this.guard.guards !== 'lookups') return look();
    rcuReadLock();
    const seen = readOnce(this.#info.isValid) ? look() : undefined;
    rcuReadUnlock();
    return seen;
  }

  beginSwapoff(): void {
    this.#setWriteOk(false);
  }

  @kernelFunction('mm/swapfile.c')
  reinsertSwapInfo(): void {
    this.#setWriteOk(true);
  }

  #setWriteOk(writeOk: boolean): void {
    const { lock, writeOk: flag } = this.#info;
    spinLock(lock);
    writeOnce(flag, writeOk);
    spinUnlock(lock);
  }

  isInUse(): boolean {
    return readOnce(this.#info.inusePages) > 0;
  }

  endSwapoff(): void {
    const { isValid, tables, users } = this.#info;
    if (this.guard.guards !== 'nothing') {
      // percpu_ref_kill(); before v5.14 ~SWP_VALID.
      writeOnce(isValid, false);
      synchronizeRcu();
      for (const count of users.all) waitEvent(count, isNone);
    }
    tables.free();
  }

  hasStableWrites(_entry: SwapEntry): boolean {
    return this.#info.traits.stableWrites;
  }

  @kernelFunction('mm/swap_state.c')
  addToSwap(page: Page): boolean {
    const entry = this.#getSwapPage();
    if (entry === undefined) return false;
    this.#addToSwapCache(page, entry);
    // MADV_FREE cleans the page-table entry and clears PG_swapbacked under no common lock: a page whose
    // entry is clean may still be swapbacked, and unmapping would not make it dirty.
    setPageDirty(page);
    return true;
  }

  @kernelFunction('mm/swapfile.c')
  swapDuplicate(entry: SwapEntry): boolean {
    spinLock(this.#info.lock);
    const { map } = this.#slotOf(entry);
    const succeeds = this.#swapDuplicateFails?.exchange(false) !== true;
    if (succeeds) writeOnce(map, read(map) + 1);
    spinUnlock(this.#info.lock);
    return succeeds;
  }

  failSwapDuplicate(): void {
    this.#swapDuplicateFails = cell(true, 'swap_duplicate.fails');
  }

  @kernelFunction('mm/swapfile.c')
  swapFree(entry: SwapEntry): void {
    this.#swapEntryFree(entry);
  }

  @kernelFunction('mm/swapfile.c')
  freeSwapAndCache(entry: SwapEntry): void {
    if (this.#swapEntryFree(entry) === SWAP_HAS_CACHE) this.#tryToReclaimSwap(entry);
  }

  /** __swap_entry_free(). @returns what is left of the slot's count */
  #swapEntryFree(entry: SwapEntry): number {
    spinLock(this.#info.lock);
    const { map } = this.#slotOf(entry);
    const before = read(map);
    VM_BUG_ON(
      (before & ~SWAP_HAS_CACHE) === 0,
      `swap slot ${String(swpOffset(entry))} is freed unused`,
    );
    this.#setCount(map, before - 1);
    spinUnlock(this.#info.lock);
    return before - 1;
  }

  /** __swap_entry_free_locked(), and swap_range_free() of a slot that nobody uses any more. Hold the lock. */
  #setCount(map: Cell<number>, count: number): void {
    writeOnce(map, count);
    if (count > 0) return;
    const { inusePages } = this.#info;
    writeOnce(inusePages, read(inusePages) - 1);
  }

  /** __try_to_reclaim_swap() with TTRS_UNMAPPED; the device is never so full that mapped pages are taken, too. */
  #tryToReclaimSwap(entry: SwapEntry): void {
    const page = this.lookupSwapCache(entry);
    if (page === undefined) return;
    // Others may wait for the caller's page-table lock with the page locked: it must not wait for them.
    if (trylockPage(page)) {
      if (pageMapcount(page) === 0) this.tryToFreeSwap(page);
      unlockPage(page);
    }
    putPage(page);
  }

  @kernelFunction('mm/swap_state.c')
  lookupSwapCache(entry: SwapEntry): Page | undefined {
    return this.#guarded(() => this.#findGetPage(this.#slotOf(entry).cached));
  }

  #findGetPage(cached: SwapSlot['cached']): Page | undefined {
    for (;;) {
      const page = cached.read();
      if (page === null) return undefined;
      if (getPageUnlessZero(page)) {
        if (cached.read() === page) return page;
        putPage(page);
        continue;
      }
      // Frozen by __remove_mapping(), under this lock: the kernel spins till it is done.
      spinLock(this.#info.pagesLock);
      spinUnlock(this.#info.pagesLock);
    }
  }

  *pagesInSwapCache(): Iterable<Page> {
    for (const [nth, { map }] of this.#info.slots.entries()) {
      if (readOnce(map) === 0) continue;
      const page = this.#findGetPage(this.#info.slots[nth]!.cached);
      if (page !== undefined) yield page;
    }
  }

  @kernelFunction('mm/swap_state.c')
  swapinReadahead(entry: SwapEntry): Page | undefined {
    const { page, isNew } = this.readSwapCacheAsync(entry);
    if (page !== undefined && isNew) this.#swapReadpage(page, entry);
    return page;
  }

  skipsSwapCache(entry: SwapEntry): boolean {
    if (!this.#info.traits.synchronousIo || !this.synchronousSwapin.skipsSwapCache) return false;
    // __swap_count().
    const map = this.#guarded(() => readOnce(this.#slotOf(entry).map)) ?? 0;
    return (map & ~SWAP_HAS_CACHE) === 1;
  }

  swapinSkippingCache(entry: SwapEntry): Page | undefined {
    if (this.synchronousSwapin.claimsSlot) {
      const prepared = this.#swapcachePrepare(entry);
      if (prepared === 'taken') this.#awaitSettled(entry);
      if (prepared !== 'claimed') return undefined;
    }
    const page = this.memory.allocator.allocPage();
    lockPage(page);
    SetPageSwapBacked(page);
    lruCacheAdd(page);
    this.#swapReadpage(page, entry);
    return page;
  }

  @kernelFunction('mm/swapfile.c')
  swapcacheClear(entry: SwapEntry): void {
    if (this.synchronousSwapin.claimsSlot) this.#putSwapPage(entry);
  }

  /**
   * The page of a slot, with a reference: it may come into the swap cache while this looks for it.
   *
   * @returns `isNew` if the caller is to read the page in, which is locked for that; no page if the
   *   slot is in use no more
   */
  @kernelFunction('mm/swap_state.c', '__read_swap_cache_async')
  readSwapCacheAsync(entry: SwapEntry): { readonly page: Page | undefined; isNew: boolean } {
    for (;;) {
      const found = this.lookupSwapCache(entry);
      if (found !== undefined) return { page: found, isNew: false };
      const page = this.memory.allocator.allocPage();
      const prepared = this.#swapcachePrepare(entry);
      if (prepared === 'claimed') {
        lockPage(page);
        SetPageSwapBacked(page);
        this.#addToSwapCache(page, entry);
        lruCacheAdd(page);
        return { page, isNew: true };
      }
      putPage(page);
      if (prepared === 'unused') return { page: undefined, isNew: false };
      this.#awaitSettled(entry);
    }
  }

  /**
   * SWAP_HAS_CACHE is set before the page is in the swap cache, and cleared after it has left it. The kernel
   * waits for that with schedule_timeout_uninterruptible(1), and looks at no table meanwhile.
   */
  #awaitSettled(entry: SwapEntry): void {
    // What was seen of the cache, no lock has ordered: whoever has taken the page out of it is still to give the
    // slot up, and without this the wait could end by what the slot was before.
    spinLock(this.#info.pagesLock);
    spinUnlock(this.#info.pagesLock);
    this.#slotAt(entry).isSettled.await((settled) => settled, Order.acquire);
  }

  @kernelFunction('mm/page_io.c')
  swapWritepage(page: Page): void {
    if (this.tryToFreeSwap(page)) {
      unlockPage(page);
      return;
    }
    if (this.#info.traits.storesInMemory) {
      this.#take(page);
      setPageWriteback(page);
      unlockPage(page);
      endPageWriteback(page);
      return;
    }
    this.submitSwapWrite(page);
  }

  @kernelFunction('mm/page_io.c', '__swap_writepage')
  submitSwapWrite(page: Page): void {
    const { synchronousIo } = this.#info.traits;
    setPageWriteback(page);
    if (synchronousIo && this.rwPage.keepsPageLocked) {
      // bdev_write_page().
      this.endSwapBioWrite(page);
      unlockPage(page);
      return;
    }
    unlockPage(page);
    if (synchronousIo) this.endSwapBioWrite(page);
    else this.memory.machine.agent('swapdev').act(() => this.endSwapBioWrite(page));
  }

  /** The device reads the page, and then ends its writeback. */
  @kernelFunction('mm/page_io.c')
  endSwapBioWrite(page: Page): void {
    this.#take(page);
    endPageWriteback(page);
  }

  /** The device, or what is in front of it, reads a page half by half; and again if it needs it unchanged, as for a checksum. */
  #take(page: Page): void {
    const slot = this.#slotOf(page.private.read());
    const { contents } = page;
    const [lo, hi] = [contents.readHalf('lo'), contents.readHalf('hi')];
    slot.lo.write(lo);
    slot.hi.write(hi);
    if (!this.#info.traits.stableWrites) return;
    cover(UNSTABLE_WRITE);
    if (contents.readHalf('lo') !== lo || contents.readHalf('hi') !== hi) {
      throw new Violation(
        UNSTABLE_WRITE,
        `${page.name} changed while the swap device, which needs it unchanged, wrote it`,
      );
    }
  }

  @kernelFunction('mm/swapfile.c')
  pageSwapcount(page: Page): number {
    if (!PageSwapCache(page)) return 0;
    spinLock(this.#info.lock);
    const count = read(this.#slotOf(page.private.read()).map) & ~SWAP_HAS_CACHE;
    spinUnlock(this.#info.lock);
    return count;
  }

  @kernelFunction('mm/swapfile.c')
  tryToFreeSwap(page: Page): boolean {
    if (!PageSwapCache(page) || PageWriteback(page) || this.pageSwapcount(page) > 0) return false;
    this.#deleteFromSwapCache(page);
    SetPageDirty(page);
    return true;
  }

  @kernelFunction('mm/swapfile.c')
  reuseSwapPage(page: Page): boolean {
    if (PageKsm(page)) return false;
    const count = pageTransHugeMapcount(page) + this.pageSwapcount(page);
    if (count === 1 && PageSwapCache(page)) {
      if (PageWriteback(page)) return !this.hasStableWrites(page.private.read());
      this.#deleteFromSwapCache(page);
      SetPageDirty(page);
    }
    return count <= 1;
  }

  @kernelFunction('mm/migrate.c', 'folio_migrate_mapping')
  replaceInCache(page: Page, newPage: Page, whileFrozen: () => void): boolean {
    spinLock(this.#info.pagesLock);
    // One reference from the isolation and one from the swap cache.
    const frozen = pageRefFreeze(page, 2);
    if (frozen) {
      whileFrozen();
      pageRefAdd(newPage, 1);
      SetPageSwapCache(newPage);
      const entry = page.private.read();
      newPage.private.write(entry);
      if (PageDirty(page)) {
        ClearPageDirty(page);
        SetPageDirty(newPage);
      }
      this.#slotOf(entry).cached.write(newPage);
      pageRefUnfreeze(page, 1);
    }
    spinUnlock(this.#info.pagesLock);
    return frozen;
  }

  @kernelFunction('mm/vmscan.c', '__remove_mapping')
  removeMapping(page: Page): boolean {
    spinLock(this.#info.pagesLock);
    // One reference from the isolation and one from the swap cache. That the page is still clean is
    // asked after that, as whoever makes it dirty does so before he gives his reference back.
    const frozen = pageRefFreeze(page, 2);
    if (frozen && PageDirty(page)) {
      pageRefUnfreeze(page, 2);
      spinUnlock(this.#info.pagesLock);
      return false;
    }
    if (!frozen) {
      spinUnlock(this.#info.pagesLock);
      return false;
    }
    const entry = this.#removeFromCache(page);
    spinUnlock(this.#info.pagesLock);
    this.#putSwapPage(entry);
    return true;
  }

  contentsOf(entry: SwapEntry): { readHalf(half: Half): ByteString } {
    const slot = this.#slotOf(entry);
    return slot.cached.read()?.contents ?? { readHalf: (half) => slot[half].read()! };
  }

  swapMapError(): string | undefined {
    for (const [nth, { map, cached }] of this.#info.slots.entries()) {
      const used = this.#countEntries(swpEntry(type, nth + 1));
      const inCache = cached.read() === null ? 0 : SWAP_HAS_CACHE;
      const counted = map.read();
      if (counted === (used | inCache)) continue;
      return (
        `swap_map[${String(nth + 1)}] is 0x${counted.toString(16)}, but there are ${String(used)} ` +
        `entries, and ${inCache === 0 ? 'nothing' : 'a page'} in the swap cache`
      );
    }
    return undefined;
  }

  #countEntries(entry: SwapEntry): number {
    const { arch, levels, pageTables } = this.memory;
    let count = 0;
    for (const { level, allocation, entries } of pageTables) {
      if (level !== levels.at(-1) || !allocation.isAllocated) continue;
      for (const ptep of entries) {
        const pte = ptep.read();
        if (arch.isSwapPte(pte) && arch.pteToSwpEntry(pte) === entry) count++;
      }
    }
    return count;
  }

  get #info(): SwapInfo {
    if (this.#device === undefined) throw new ModelError('there is a swap entry, but no swapon()');
    return this.#device;
  }

  /** get_swap_page(): a slot for a page that is going into the swap cache. */
  #getSwapPage(): SwapEntry | undefined {
    if (this.#device === undefined) return undefined;
    const { inusePages, lock, slots, writeOk } = this.#info;
    spinLock(lock);
    const nth = read(writeOk) ? slots.findIndex(({ map }) => read(map) === 0) : -1;
    if (nth >= 0) {
      writeOnce(slots[nth]!.map, SWAP_HAS_CACHE);
      writeOnce(inusePages, read(inusePages) + 1);
    }
    spinUnlock(lock);
    return nth < 0 ? undefined : swpEntry(type, nth + 1);
  }

  /** put_swap_page(): the swap cache uses the slot no more. */
  #putSwapPage(entry: SwapEntry): void {
    spinLock(this.#info.lock);
    const { map, isSettled } = this.#slotOf(entry);
    this.#setCount(map, read(map) & ~SWAP_HAS_CACHE);
    isSettled.write(true, Order.release);
    spinUnlock(this.#info.lock);
  }

  /**
   * swapcache_prepare(): claims the slot for the swap cache.
   *
   * @returns `taken` for -EEXIST: somebody else has claimed it; `unused` for -ENOENT: no entry has it
   */
  #swapcachePrepare(entry: SwapEntry): 'claimed' | 'taken' | 'unused' {
    return this.#guarded(() => this.#claimForCache(entry)) ?? 'unused';
  }

  #claimForCache(entry: SwapEntry): 'claimed' | 'taken' | 'unused' {
    const { map, isSettled } = this.#slotOf(entry);
    spinLock(this.#info.lock);
    const now = read(map);
    if (now > 0 && now < SWAP_HAS_CACHE) {
      isSettled.write(false);
      writeOnce(map, now | SWAP_HAS_CACHE);
    }
    spinUnlock(this.#info.lock);
    if (now === 0) return 'unused';
    return now < SWAP_HAS_CACHE ? 'claimed' : 'taken';
  }

  #addToSwapCache(page: Page, entry: SwapEntry): void {
    pageRefAdd(page, 1);
    SetPageSwapCache(page);
    spinLock(this.#info.pagesLock);
    page.private.write(entry);
    const { cached, isSettled } = this.#slotOf(entry);
    cached.write(page);
    isSettled.write(true, Order.release);
    spinUnlock(this.#info.pagesLock);
  }

  /** delete_from_swap_cache(). Hold the page lock. */
  #deleteFromSwapCache(page: Page): void {
    spinLock(this.#info.pagesLock);
    const entry = this.#removeFromCache(page);
    spinUnlock(this.#info.pagesLock);
    this.#putSwapPage(entry);
    putPage(page);
  }

  /** __delete_from_swap_cache(). Hold the i_pages lock. */
  #removeFromCache(page: Page): SwapEntry {
    const entry = page.private.read();
    const { cached, isSettled } = this.#slotOf(entry);
    isSettled.write(false);
    cached.write(null);
    page.private.write(0);
    ClearPageSwapCache(page);
    return entry;
  }

  /** swap_readpage(): reads a locked page in, and unlocks it. */
  #swapReadpage(page: Page, entry: SwapEntry): void {
    const { lo, hi } = this.#slotOf(entry);
    ClearPageUptodate(page);
    page.contents.writeHalf('lo', lo.read()!);
    page.contents.writeHalf('hi', hi.read()!);
    SetPageUptodate(page);
    unlockPage(page);
  }

  /** The slot that an entry names, which it is then reached by. */
  #slotOf(entry: SwapEntry): SwapSlot {
    this.#info.tables.check('use of');
    return this.#slotAt(entry);
  }

  #slotAt(entry: SwapEntry): SwapSlot {
    const { arch } = this.memory;
    return reach(
      this.#info.slots[swpOffset(entry) - 1]!,
      (pte) => typeof pte === 'bigint' && arch.isSwapPte(pte) && arch.pteToSwpEntry(pte) === entry,
    );
  }
}
