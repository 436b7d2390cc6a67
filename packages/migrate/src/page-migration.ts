import { inject, injectable } from '@pagerace/di';
import { ModelError } from '@pagerace/explorer';
import { downRead, kernelFunction, nonatomicSetBit } from '@pagerace/machine';
import {
  AnonVma,
  ARCHITECTURE,
  type Architecture,
  ClearPageActive,
  ClearPageUnevictable,
  getPage,
  getPageUnlessZero,
  isolateLruPage,
  isReadableMigrationEntry,
  isWritableMigrationEntry,
  lockPage,
  lruAddDrain,
  lruCacheAdd,
  makeWritableMigrationEntry,
  MEMORY,
  type Memory,
  type Page,
  PageAnon,
  pageCount,
  PageKsm,
  PageLRU,
  pageMapped,
  pageMapping,
  PageSwapBacked,
  PageSwapCache,
  PageWriteback,
  putbackLruPage,
  putPage,
  type Pte,
  swpType,
  trylockPage,
  unlockPage,
  type VirtualAddress,
  VM_WRITE,
  type Vma,
  waitOnPageWriteback,
} from '@pagerace/page-model';
import {
  pageVmaMappedWalk,
  pageVmaMappedWalkDone,
  PVMW_MIGRATION,
  RMAP,
  type Rmap,
  rmapWalk,
} from '@pagerace/rmap';
import { SWAP, type Swap } from '@pagerace/swap';
import { fallbackMigratePage, migratePageCopy } from './migrate-file-page.js';
import type { Migrate } from './migrate.js';

/** mm/migrate.c, of v5.18 to v6.2, for small pages in MIGRATE_SYNC; names as in v5.17. */
@injectable()
export class PageMigration implements Migrate {
  constructor(
    @inject(ARCHITECTURE) private readonly arch: Architecture,
    @inject(MEMORY) private readonly memory: Memory,
    @inject(RMAP) private readonly rmap: Rmap,
    @inject(SWAP) private readonly swap: Swap,
  ) {}

  @kernelFunction('mm/memory_hotplug.c')
  doMigrateRange(page: Page): boolean {
    this.#checkLayout(page);
    if (!getPageUnlessZero(page)) return false;
    const isolated = PageLRU(page) && isolateLruPage(page);
    putPage(page);
    return isolated && this.migratePages(page);
  }

  /** @throws {ModelError} where swap entries have no room for the types of migration entries */
  #checkLayout({ pfn }: Page): void {
    const { arch } = this;
    const entry = makeWritableMigrationEntry(pfn);
    if (arch.pteToSwpEntry(arch.swpEntryToPte(entry)) === entry) return;
    throw new ModelError(
      `${arch.name} has no room in a swap entry for type ${String(swpType(entry))}: migration is not modelled there`,
    );
  }

  /** Of one page, with the reference of its isolation, which ends here. */
  @kernelFunction('mm/migrate.c')
  migratePages(page: Page): boolean {
    const migrated = this.unmapAndMove(page);
    // putback_movable_pages().
    if (!migrated) putbackLruPage(page);
    return migrated;
  }

  @kernelFunction('mm/migrate.c')
  unmapAndMove(page: Page): boolean {
    if (pageCount(page) === 1) {
      // The page was freed under us.
      ClearPageActive(page);
      ClearPageUnevictable(page);
      putPage(page);
      return true;
    }
    const newPage = this.memory.allocator.allocPage();
    const moved = this.__unmapAndMove(page, newPage);
    putPage(moved ? page : newPage);
    return moved;
  }

  /** With force: waits for the page lock, and for writeback. */
  @kernelFunction('mm/migrate.c', '__unmap_and_move')
  __unmapAndMove(page: Page, newPage: Page): boolean {
    lockPage(page);
    if (PageWriteback(page)) waitOnPageWriteback(page);
    if (!trylockPage(newPage)) {
      unlockPage(page);
      return false;
    }
    // A page that is new in the swap cache belongs to no anon_vma yet.
    const wasMapped = page.mapping.read() !== null && pageMapped(page);
    if (wasMapped) {
      if (PageKsm(page) || page.isHuge) {
        throw new ModelError(`${page.name}: pages of KSM and huge pages cannot be migrated`);
      }
      this.rmap.tryToMigrate(page);
    }
    const moved = !pageMapped(page) && this.moveToNewPage(newPage, page);
    if (moved) {
      lruCacheAdd(newPage);
      if (wasMapped) lruAddDrain(this.memory);
    }
    if (wasMapped) this.removeMigrationPtes(page, moved ? newPage : page);
    unlockPage(newPage);
    unlockPage(page);
    if (moved) putPage(newPage);
    return moved;
  }

  @kernelFunction('mm/migrate.c')
  moveToNewPage(newPage: Page, page: Page): boolean {
    const mapping = pageMapping(page);
    if (mapping === undefined) return this.migratePage(newPage, page);
    const moved =
      mapping.aOps.migratepage?.(mapping, newPage, page) ??
      fallbackMigratePage(mapping, newPage, page);
    // Whoever has found the page in the page cache, and waits for its lock, must see that it is of no file.
    if (moved) page.mapping.write(null);
    return moved;
  }

  /** Of an anonymous page, in the swap cache or not. */
  @kernelFunction('mm/migrate.c')
  migratePage(newPage: Page, page: Page): boolean {
    if (!this.folioMigrateMapping(newPage, page)) return false;
    migratePageCopy(newPage, page);
    return true;
  }

  /**
   * @returns false for -EAGAIN: somebody else refers to the page. Nobody else can come to it once it is not
   *   mapped and not in the swap cache, so that there the count is read, and not frozen
   */
  @kernelFunction('mm/migrate.c')
  folioMigrateMapping(newPage: Page, page: Page): boolean {
    const takeOver = (): void => {
      newPage.index.write(page.index.read());
      newPage.mapping.write(page.mapping.read());
      if (PageSwapBacked(page)) nonatomicSetBit(newPage.flags.bit('swapbacked'));
    };
    if (PageSwapCache(page)) return this.swap.replaceInCache(page, newPage, takeOver);
    // One reference from the isolation.
    if (pageCount(page) !== 1) return false;
    takeOver();
    return true;
  }

  /** @param newPage what takes the place of the migration entries of `page`; it itself if it could not be moved */
  @kernelFunction('mm/migrate.c')
  removeMigrationPtes(page: Page, newPage: Page): void {
    rmapWalk(newPage, {
      rmapOne: (_page, vma, address) => this.removeMigrationPte(page, newPage, vma, address),
      anonLock: anonVmaLockRead,
    });
  }

  @kernelFunction('mm/migrate.c')
  removeMigrationPte(page: Page, newPage: Page, vma: Vma, address: VirtualAddress): boolean {
    const { arch } = this;
    const mapped = pageVmaMappedWalk(page, vma, address, PVMW_MIGRATION);
    if (mapped === undefined) return true;
    getPage(newPage);
    const swapPte = arch.ptepGet(mapped.ptep);
    const entry = arch.pteToSwpEntry(swapPte);
    let pte: Pte = arch.pteMkold(arch.mkPte(newPage, vma.vmPageProt));
    if (arch.pteSwpSoftDirty(swapPte)) pte = arch.pteMksoftDirty(pte);
    if (isWritableMigrationEntry(entry)) {
      // maybe_mkwrite(): what the mapping allows may have changed meanwhile.
      if (vma.has(VM_WRITE)) pte = arch.pteMkwrite(pte);
    } else if (arch.pteSwpUffdWp(swapPte)) {
      pte = arch.pteMkuffdWp(pte);
    }
    if (PageAnon(newPage))
      this.rmap.pageAddAnonRmap(newPage, vma, address, !isReadableMigrationEntry(entry));
    else this.rmap.pageAddFileRmap(newPage, false);
    arch.setPteAt(vma.mm, address, mapped.ptep, pte);
    pageVmaMappedWalkDone(mapped);
    return true;
  }
}

/**
 * rmap_walk_anon_lock() of a walk without an anon_lock of its own: the page is not mapped, and the anon_vma is
 * kept by page_get_anon_vma(); the model never frees one.
 */
function anonVmaLockRead(page: Page): AnonVma | undefined {
  const mapping = page.mapping.read();
  if (!(mapping instanceof AnonVma)) return undefined;
  downRead(mapping.rwsem);
  return mapping;
}
