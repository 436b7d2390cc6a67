import { Fence, fence } from '@pagerace/explorer';
import { type DataMode, EXT4, FileDisk } from '@pagerace/fs';
import { GET_USER_PAGES, type GetUserPages, type GupFlags } from '@pagerace/gup';
import { choiceParameter, type ScenarioContext } from '@pagerace/kernel';
import { cell, standInRelease, waitEvent } from '@pagerace/machine';
import {
  AddressSpace,
  type ByteString,
  type FileSystem,
  type Half,
  lruAddDrain,
  type Mm,
  type Page,
  USER_ACCESS,
  type UserAccess,
  VM_READ,
  VM_SHARED,
  VM_WRITE,
  type Vma,
  walkToPte,
  withPteLocked,
} from '@pagerace/page-model';
import { VMSCAN, type Vmscan } from '@pagerace/vmscan';
import { WRITEBACK, type Writeback } from '@pagerace/writeback';
import { DirtyWatch } from './dirty-watch.js';

/** Where the file is mapped; on a page boundary with pages of 64 KiB as well. */
export const ADDRESS = 0x7f7c10410000;

/** What the file has at the start: `a` in both halves. */
export const INITIAL: ByteString = 'a';
/** What a device, or a driver, writes to the lower half. */
export const WRITTEN: ByteString = 'd';
/** What the process stores to the upper half. */
export const STORED: ByteString = 'c';

/** Whose reference it is that a driver has. */
export const reference = choiceParameter('the reference: of FOLL_GET or FOLL_PIN', ['get', 'pin']);

/** The flags of a reference for writing. */
export function forWriting(reference: 'get' | 'pin'): GupFlags {
  return { write: true, pin: reference === 'pin' };
}

export interface WritebackRaceOptions {
  /** Whether the disk needs a page unchanged while it writes it. Default false. */
  readonly stable?: boolean;
  /** Whether the disk has written when a write is submitted. Default false. */
  readonly synchronous?: boolean;
  readonly data?: DataMode;
  /** Changes the file system's operations, before they are watched. */
  readonly fileSystem?: (ext4: FileSystem) => FileSystem;
}

/**
 * A file of one page on ext4, which a process has mapped, shared and writable. The page is in the page cache, clean, with
 * buffers, on the inactive list, and mapped read-only with its young bit clear: it was stored to, and written back.
 *
 * The threads of a scenario do to it what the methods say.
 */
export class WritebackRace {
  readonly mm: Mm;
  readonly vma: Vma;
  readonly file: AddressSpace;
  readonly disk: FileDisk;
  /** The page of the file at the start. */
  readonly page: Page;
  readonly watch = new DirtyWatch();
  readonly #context: ScenarioContext<unknown>;
  readonly #gup: GetUserPages;
  readonly #user: UserAccess;
  readonly #writeback: Writeback;
  readonly #vmscan: Vmscan;
  /** 1 until the driver has heard that the DMA has ended. */
  readonly #dma = cell(1, 'dma.pending');

  constructor(
    context: ScenarioContext<unknown>,
    {
      stable = false,
      synchronous = false,
      data = 'ordered',
      fileSystem = (ext4) => ext4,
    }: WritebackRaceOptions = {},
  ) {
    const { get, machine, memory, process } = context;
    this.#context = context;
    this.#gup = get(GET_USER_PAGES);
    this.#user = get(USER_ACCESS);
    this.#writeback = get(WRITEBACK);
    this.#vmscan = get(VMSCAN);
    this.disk = new FileDisk(machine, 'disk', 1, stable, synchronous);
    const mounted = fileSystem(get(EXT4).mount(this.disk, data));
    this.file = new AddressSpace(memory, 'file', 1, this.watch.watched(mounted));
    this.mm = process('app', 0);
    this.vma = this.map(this.mm);
    machine.boot(() => {
      for (const half of ['lo', 'hi'] as const) this.store(half, INITIAL);
      this.fsync();
      lruAddDrain(memory);
      this.age();
    });
    this.page = this.file.pageAt(0)!;
  }

  /** During set-up: a process maps the file. */
  map(mm: Mm, vmFlags = VM_READ | VM_WRITE | VM_SHARED): Vma {
    return mm.mmap({ start: ADDRESS, pages: 1, vmFlags, file: this.file });
  }

  // ---- The process ----

  store(half: Half = 'hi', bytes = STORED, mm = this.mm): void {
    this.#user.userWrite(mm, this.#addressOf(half), bytes.charCodeAt(0));
  }

  load(half: Half, mm = this.mm): ByteString {
    return String.fromCharCode(this.#user.userRead(mm, this.#addressOf(half)));
  }

  /** Writes the file, and waits until it is written. */
  fsync(): void {
    this.#writeback.filemapWriteAndWaitRange(this.file);
  }

  // ---- A driver, and its device ----

  /** A reference to the page that is mapped. */
  hold(flags: GupFlags): Page {
    return this.#gup.getUserPagesFast(this.mm, ADDRESS, 1, flags)[0]!;
  }

  /** During set-up: the process has stored to the page, and a driver has got it; the page is dirty, and mapped writable. */
  holdDirty(flags: GupFlags): Page {
    this.store();
    return this.hold(flags);
  }

  /** During set-up: the same, and then the page was written back. It is mapped read-only. */
  holdWrittenBack(flags: GupFlags): Page {
    const page = this.holdDirty(flags);
    this.fsync();
    this.age();
    return page;
  }

  /**
   * During set-up: the device is to write to the lower half of a page, at any time, and raise an interrupt then.
   *
   * @param options.seenBy who sees what it wrote before the interrupt comes: as DMA is coherent, everybody
   */
  runDevice(page: Page, { seenBy = 'all' }: { seenBy?: 'all' | 'driver' } = {}): void {
    this.#context.machine.agent('device').run(() => {
      page.contents.writeHalf('lo', WRITTEN);
      if (seenBy === 'all') fence(Fence.full);
      standInRelease(this.#dma, 0, 'dma', 'the order of DMA and the interrupt that comes after it');
    });
  }

  /** The flusher comes once. */
  runFlusher(cpu = 1): void {
    this.#context.machine.cpu(cpu).run('flusher', () => {
      this.flush();
    });
  }

  awaitDevice(): void {
    waitEvent(this.#dma, (pending) => pending === 0);
  }

  /** set_page_dirty_lock(), and then put_page() or unpin_user_page(): what a driver does by hand. */
  setDirtyAndRelease(page: Page, flags: GupFlags = {}): void {
    this.#gup.setPageDirtyLock(page);
    this.release(page, flags);
  }

  /** unpin_user_pages_dirty_lock(). */
  releaseDirty(page: Page, flags: GupFlags = {}): void {
    this.#gup.releaseDirty(page, flags);
  }

  release(page: Page, flags: GupFlags = {}): void {
    this.#gup.release(page, flags);
  }

  // ---- Kernel threads ----

  /** One pass of the flusher: WB_SYNC_NONE. */
  flush(): void {
    this.#writeback.doWritepages(this.file, 'WB_SYNC_NONE');
  }

  /** Reclaim of the inactive pages of files, once. */
  reclaim(): void {
    this.#vmscan.shrinkInactiveList('inactive_file');
  }

  /** Takes the young bit, as an earlier pass of reclaim has. */
  age(): void {
    const { arch } = this.#context;
    withPteLocked(this.mm, ADDRESS, (ptep) => arch.ptepTestAndClearYoung(this.vma, ADDRESS, ptep));
  }

  // ---- The end ----

  /** What half of the file is: in memory, or else on the disk. */
  contents(half: Half): ByteString {
    return this.file.pageAt(0)?.contents.readHalf(half) ?? this.disk.contents(0, half);
  }

  /** Whether the process's entry is writable. */
  get isWritable(): boolean {
    const { arch } = this.#context;
    const pte = walkToPte(this.mm, ADDRESS)!.ptep.read();
    return arch.ptePresent(pte) && arch.pteWrite(pte);
  }

  #addressOf(half: Half): number {
    return ADDRESS + (half === 'lo' ? 0 : this.#context.memory.pageSize / 2);
  }
}
