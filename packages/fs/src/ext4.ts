import { inject, injectable, token } from '@pagerace/di';
import {
  atomicDec,
  atomicInc,
  clearBit,
  defineKernelFunction,
  downRead,
  setBit,
  testBit,
  upRead,
  VM_BUG_ON,
  waitEvent,
} from '@pagerace/machine';
import {
  type AddressSpace,
  type AddressSpaceOperations,
  ClearPageChecked,
  endPageWriteback,
  type FileSystem,
  type InodeOperations,
  lockPage,
  MEMORY,
  type Memory,
  type MkwriteFault,
  type Page,
  PageChecked,
  PageDirty,
  pageMapping,
  PagePrivate,
  PageWriteback,
  putPage,
  SetPageChecked,
  setPageDirty,
  setPageWriteback,
  unlockPage,
  type VmOperations,
  waitForStablePage,
  waitOnPageWriteback,
  type WritebackSyncMode,
} from '@pagerace/page-model';
import {
  DIRTY_NOBUFFERS,
  type DirtyNobuffers,
  WRITEBACK,
  type Writeback,
} from '@pagerace/writeback';
import { Buffers } from './buffer.js';
import type { FileDisk } from './file-disk.js';
import { filemapFault } from './filemap.js';
import { JOURNALLED_DIRTY, type JournalledDirty } from './journalled-dirty.js';
import { JOURNALLED_WRITEPAGE, type JournalledWritepage } from './journalled-writepage.js';
import { lockPageOf } from './lock-page-of.js';
import { WRITEBACK_OF_PINNED, type WritebackOfPinned } from './writeback-of-pinned.js';
import {
  WRITEPAGE_WITHOUT_BUFFERS,
  type WritepageWithoutBuffers,
} from './writepage-without-buffers.js';

export const EXT4 = token<Ext4>('fs.Ext4', { providedBy: ['@pagerace/fs'] });

/** The data= option of a mount: file data is written in its place, or through the journal. */
export type DataMode = 'ordered' | 'journal';

/** The ext4 module: mounts file systems. */
@injectable()
export class Ext4 {
  constructor(
    @inject(MEMORY) private readonly memory: Memory,
    @inject(WRITEBACK) private readonly writeback: Writeback,
    @inject(DIRTY_NOBUFFERS) private readonly dirtyNobuffers: DirtyNobuffers,
    @inject(WRITEPAGE_WITHOUT_BUFFERS) private readonly withoutBuffers: WritepageWithoutBuffers,
    @inject(JOURNALLED_DIRTY) private readonly journalledDirty: JournalledDirty,
    @inject(WRITEBACK_OF_PINNED) private readonly pinned: WritebackOfPinned,
    @inject(JOURNALLED_WRITEPAGE) private readonly journalledWritepage: JournalledWritepage,
  ) {}

  /** mount(2), during set-up; for one file, whose pages have the blocks of the same numbers. */
  mount(disk: FileDisk, data: DataMode = 'ordered'): FileSystem {
    const { memory, writeback, dirtyNobuffers, withoutBuffers, journalledDirty } = this;
    const { journalledWritepage, pinned } = this;
    const rules = { dirtyNobuffers, withoutBuffers, journalledDirty, journalledWritepage, pinned };
    return new Ext4Mount({ memory, writeback, ...rules, disk, data });
  }
}

interface Ext4Parts {
  readonly memory: Memory;
  readonly writeback: Writeback;
  readonly dirtyNobuffers: DirtyNobuffers;
  readonly withoutBuffers: WritepageWithoutBuffers;
  readonly journalledDirty: JournalledDirty;
  readonly pinned: WritebackOfPinned;
  readonly journalledWritepage: JournalledWritepage;
  readonly disk: FileDisk;
  readonly data: DataMode;
}

type Mkwritten = 'VM_FAULT_LOCKED' | 'VM_FAULT_NOPAGE';
type PinnedFate = ReturnType<WritebackOfPinned['fateOf']>;

const file = 'fs/ext4/inode.c';

const isUnused = (count: number): boolean => count === 0;

/** fs/ext4/inode.c of v5.17, with delayed allocation; for mapped pages. */
class Ext4Mount implements FileSystem {
  readonly name = 'ext4';
  readonly canWriteback = true;
  readonly stableWrites: boolean;
  readonly vmOps: VmOperations;
  readonly aOps: AddressSpaceOperations;
  readonly iOps: InodeOperations;
  readonly #parts: Ext4Parts;
  readonly #buffers: Buffers;

  constructor(parts: Ext4Parts) {
    this.#parts = parts;
    this.#buffers = new Buffers(parts.memory);
    this.stableWrites = parts.disk.needsStablePages;
    const isJournalled = parts.data === 'journal';
    this.vmOps = {
      fault: (vmf) => filemapFault(vmf, parts.disk),
      pageMkwrite: this.#pageMkwrite,
    };
    this.aOps = {
      setPageDirty: isJournalled ? this.#journalledSetPageDirty : this.#setPageDirty,
      writepages: isJournalled ? this.#journalledWritepages : this.#writepages,
      releasepage: this.#releasepage,
      // With data=journal there is none.
      ...(isJournalled ? {} : { migratepage: this.#buffers.bufferMigratePage }),
      invalidatepage: isJournalled ? this.#journalledInvalidatepage : this.#invalidatepage,
    };
    this.iOps = { removeBlocks: this.#removeBlocks };
  }

  readonly #pageMkwrite = defineKernelFunction(
    file,
    'ext4_page_mkwrite',
    ({ vma }: MkwriteFault, page: Page): Mkwritten => {
      const mapping = vma.file!;
      downRead(mapping.invalidateLock);
      // With delayed allocation the blocks get their places when they are written.
      const result =
        this.#parts.data === 'journal'
          ? this.#journalPage(page, mapping)
          : this.#buffers.blockPageMkwrite(page, mapping);
      upRead(mapping.invalidateLock);
      return result;
    },
  );

  /** The page goes to the journal, with the transaction that the handle is of. */
  #journalPage(page: Page, mapping: AddressSpace): Mkwritten {
    if (!lockPageOf(page, mapping)) return 'VM_FAULT_NOPAGE';
    if (!PagePrivate(page)) this.#buffers.createEmptyBuffers(page, mapping);
    this.#addToTransaction(page);
    waitForStablePage(page, mapping);
    return 'VM_FAULT_LOCKED';
  }

  /** do_journal_get_write_access() and write_end_fn(): jbd2 writes the buffer when it commits. */
  #addToTransaction(page: Page): void {
    const { state } = this.#buffers.pageBuffers(page);
    setBit(state.bit('mapped'));
    setBit(state.bit('jbddirty'));
  }

  readonly #setPageDirty = defineKernelFunction(
    file,
    'ext4_set_page_dirty',
    (page: Page): boolean => this.#buffers.setPageDirtyBuffers(page),
  );

  /** The buffers must not be made dirty here, as the journal is to write them: PG_checked remembers it. */
  readonly #journalledSetPageDirty = defineKernelFunction(
    file,
    'ext4_journalled_set_page_dirty',
    (page: Page): boolean => {
      if (this.#parts.journalledDirty.isPending(page)) SetPageChecked(page);
      return this.#parts.dirtyNobuffers.setPageDirtyNobuffers(page);
    },
  );

  readonly #writepages = defineKernelFunction(
    file,
    'ext4_writepages',
    (mapping: AddressSpace, mode: WritebackSyncMode): void => {
      for (const page of this.#parts.writeback.dirtyPages(mapping, mode)) {
        this.#mpagePrepareExtentToMap(page, mapping, mode);
        putPage(page);
      }
    },
  );

  /** mpage_prepare_extent_to_map() and mpage_submit_page(), for one page. */
  readonly #mpagePrepareExtentToMap = defineKernelFunction(
    file,
    'mpage_prepare_extent_to_map',
    (page: Page, mapping: AddressSpace, mode: WritebackSyncMode): void => {
      lockPage(page);
      const isToBeWritten =
        PageDirty(page) &&
        !(mode === 'WB_SYNC_NONE' && PageWriteback(page)) &&
        page.mapping.read() === mapping;
      if (!isToBeWritten) {
        unlockPage(page);
        return;
      }
      waitOnPageWriteback(page);
      VM_BUG_ON(PageWriteback(page), `${page.name} is under writeback again while it is locked`);
      if (this.#parts.withoutBuffers.gaveUp(page)) {
        unlockPage(page);
        return;
      }
      const early = this.#parts.pinned.copiesEarly(page) ? this.#copyOf(page) : undefined;
      this.#parts.writeback.clearPageDirtyForIo(page);
      this.#submitPage(page, mode, early);
    },
  );

  /** mpage_submit_page(), behind clear_page_dirty_for_io(). Unlocks the page. */
  #submitPage(page: Page, mode: WritebackSyncMode, early?: Page): void {
    const fate = this.#parts.pinned.fateOf(page, mode);
    if (fate === 'skip') {
      // redirty_page_for_writepage().
      setPageDirty(page);
      unlockPage(page);
      return;
    }
    this.#bioWritePage(page, fate, early);
  }

  /** Begins to write what is dirty of a locked page, and unlocks it. */
  readonly #bioWritePage = defineKernelFunction(
    'fs/ext4/page-io.c',
    'ext4_bio_write_page',
    (page: Page, fate: Exclude<PinnedFate, 'skip'>, early?: Page): void => {
      setPageWriteback(page);
      const { state } = this.#buffers.pageBuffers(page);
      const isSubmitted = testBit(state.bit('dirty')) && testBit(state.bit('mapped'));
      if (isSubmitted) {
        setBit(state.bit('async_write'));
        clearBit(state.bit('dirty'));
        const bounce = early ?? (fate === 'bounce' ? this.#copyOf(page) : undefined);
        this.#submitBio(page, bounce, () => this.#finishBio(page));
      }
      if (fate === 'write, stays dirty') setPageDirty(page);
      unlockPage(page);
      // Nothing was submitted: nobody else is going to end it.
      if (!isSubmitted) endPageWriteback(page);
    },
  );

  /** io_submit_add_bh(), of the page or of a copy of it. */
  #submitBio(page: Page, bounce: Page | undefined, endIo: () => void): void {
    this.#parts.disk.submitWrite(page.index.read(), bounce ?? page, () => {
      endIo();
      if (bounce !== undefined) putPage(bounce);
    });
  }

  #copyOf(page: Page): Page {
    const bounce = this.#parts.memory.allocator.allocPage();
    bounce.contents.copyFrom(page.contents);
    return bounce;
  }

  /** In the interrupt of the disk. */
  readonly #finishBio = defineKernelFunction(
    'fs/ext4/page-io.c',
    'ext4_finish_bio',
    (page: Page): void => {
      clearBit(this.#buffers.pageBuffers(page).state.bit('async_write'));
      endPageWriteback(page);
    },
  );

  /** generic_writepages() with ext4_writepage(), and the commit that jbd2 is asked for. */
  readonly #journalledWritepages = defineKernelFunction(
    file,
    'ext4_writepages',
    (mapping: AddressSpace, mode: WritebackSyncMode): void => {
      this.#parts.writeback.writeCachePages(mapping, mode, (page) => {
        this.#writepage(page, mode);
      });
      this.#commitTransaction(mapping, mode);
    },
  );

  readonly #writepage = defineKernelFunction(
    file,
    'ext4_writepage',
    (page: Page, mode: WritebackSyncMode): void => {
      if (this.#parts.withoutBuffers.gaveUp(page)) {
        unlockPage(page);
        return;
      }
      if (PageChecked(page)) this.#journalledWritepage(page);
      else this.#submitPage(page, mode);
    },
  );

  /** The contents of the page go to the journal, with a transaction. */
  readonly #journalledWritepage = defineKernelFunction(
    file,
    '__ext4_journalled_writepage',
    (page: Page): void => {
      ClearPageChecked(page);
      const { unlocksPage, holdsBuffers } = this.#parts.journalledWritepage;
      const mapping = pageMapping(page);
      const buffers = this.#buffers.pageBuffers(page);
      if (holdsBuffers) atomicInc(buffers.count);
      if (unlocksPage) {
        unlockPage(page);
        // ext4_journal_start().
        lockPage(page);
      }
      if (mapping !== undefined && page.mapping.read() === mapping) this.#addToTransaction(page);
      unlockPage(page);
      if (holdsBuffers) atomicDec(buffers.count);
    },
  );

  /**
   * jbd2_journal_commit_transaction(): what is in the transaction goes to the journal, and counts as written. Whoever
   * wants integrity waits for it (ext4_force_commit() in ext4_sync_file()).
   */
  readonly #commitTransaction = defineKernelFunction(
    'fs/jbd2/commit.c',
    'jbd2_journal_commit_transaction',
    (mapping: AddressSpace, mode: WritebackSyncMode): void => {
      for (const index of mapping.indices) {
        const page = mapping.pageAt(index);
        if (page === null || !PagePrivate(page)) continue;
        const { state, count } = this.#buffers.pageBuffers(page);
        const jbddirty = state.bit('jbddirty');
        if (!testBit(jbddirty)) continue;
        // The reference of its journal_head: the buffer is in a transaction still.
        atomicInc(count);
        clearBit(jbddirty);
        const fate = this.#parts.pinned.fateOf(page, mode);
        this.#submitBio(page, fate === 'bounce' ? this.#copyOf(page) : undefined, () => {
          atomicDec(count);
        });
        if (mode === 'WB_SYNC_ALL') waitEvent(count, isUnused);
      }
    },
  );

  readonly #releasepage = defineKernelFunction(
    file,
    'ext4_releasepage',
    // jbd2_journal_try_to_free_buffers() keeps what a transaction has.
    (page: Page): boolean =>
      !PageChecked(page) &&
      !testBit(this.#buffers.pageBuffers(page).state.bit('jbddirty')) &&
      this.#buffers.tryToFreeBuffers(page),
  );

  readonly #invalidatepage = defineKernelFunction(file, 'ext4_invalidatepage', (page: Page): void =>
    this.#buffers.blockInvalidatepage(page),
  );

  readonly #journalledInvalidatepage = defineKernelFunction(
    file,
    'ext4_journalled_invalidatepage',
    (page: Page): void => {
      ClearPageChecked(page);
      // jbd2_journal_invalidatepage(): the transaction forgets the buffer.
      clearBit(this.#buffers.pageBuffers(page).state.bit('jbddirty'));
      this.#buffers.blockInvalidatepage(page);
    },
  );

  /** A hole reads as zeros; what is written there next gets a block again. */
  readonly #removeBlocks = defineKernelFunction(
    'fs/ext4/extents.c',
    'ext4_ext_remove_space',
    (_mapping: AddressSpace, start: number, end: number): void => {
      for (let block = start; block < end; block++) this.#parts.disk.discard(block);
    },
  );
}
