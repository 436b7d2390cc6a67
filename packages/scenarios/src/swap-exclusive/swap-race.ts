import { BlockDevice, DIRECT_IO, type Dio, type DirectIo } from '@pagerace/block';
import { GET_USER_PAGES, type GetUserPages, type GupFlags } from '@pagerace/gup';
import { choiceParameter, type ScenarioContext } from '@pagerace/kernel';
import {
  ClearPageDirty,
  getPage,
  type Half,
  lruAddDrain,
  type Page,
  putPage,
  setPageWriteback,
  type UserfaultfdCtx,
  VM_READ,
  VM_WRITE,
  type Vma,
} from '@pagerace/page-model';
import { SWAP, type Swap, type SwapDeviceKind } from '@pagerace/swap';
import { VMSCAN, type Vmscan } from '@pagerace/vmscan';
import { ADDRESS, INITIAL, UserPage } from './user-page.js';

/** What a device writes. */
const FROM_DEVICE = 'y';

/** Any time multiplies the executions by hundreds. */
export const whenReclaimed = choiceParameter(
  'When reclaim comes: where the title has it, in the process itself, or at any time',
  ['between', 'any time'],
);

export interface SwapRaceOptions {
  /** The CPUs that run the process. Default: CPU 0 alone. */
  readonly cpus?: readonly number[];
  /** The kind of the swap device, which has two pages. */
  readonly swap?: SwapDeviceKind;
  readonly userfaultfdCtx?: UserfaultfdCtx;
}

/**
 * A process with one private anonymous page, which is mapped writable and dirty, exclusive, and on the
 * inactive list with its young bit clear; a swap device; and a block device.
 *
 * The threads of a scenario do to it what the methods say. Direct I/O is there twice: as a request of the
 * block layer, which ends; and as a mere reference for a device, which may be held to the end.
 */
export class SwapRace extends UserPage {
  readonly vma: Vma;
  /** The page that is mapped at the start. */
  readonly page: Page;
  readonly disk: BlockDevice;
  readonly swap: Swap;
  readonly #context: ScenarioContext<unknown>;
  readonly #gup: GetUserPages;
  readonly #directIo: DirectIo;
  readonly #vmscan: Vmscan;

  constructor(
    context: ScenarioContext<unknown>,
    { cpus = [0], swap = 'zswap', userfaultfdCtx }: SwapRaceOptions = {},
  ) {
    super(context, context.process('app', ...cpus));
    const { get, machine, memory } = context;
    this.#context = context;
    this.#gup = get(GET_USER_PAGES);
    this.#directIo = get(DIRECT_IO);
    this.#vmscan = get(VMSCAN);
    this.swap = get(SWAP);
    this.swap.swapon({ pages: 2, kind: swap });
    this.disk = new BlockDevice('disk', { bytes: FROM_DEVICE, pageSize: memory.pageSize });
    this.vma = this.mm.mmap({
      start: ADDRESS,
      pages: 1,
      vmFlags: VM_READ | VM_WRITE,
      ...(userfaultfdCtx === undefined ? {} : { userfaultfdCtx }),
    });
    machine.boot(() => {
      this.store('lo', INITIAL.lo);
      this.store('hi', INITIAL.hi);
      lruAddDrain(memory);
      this.age();
    });
    this.page = this.mapped()!;
  }

  /** io_submit(2) of a read into the lower half of the page. */
  submit(): Dio {
    return this.#directIo.submitRead({
      device: this.disk,
      mm: this.mm,
      buffer: ADDRESS,
      pages: 1,
      half: 'lo',
    });
  }

  /** io_getevents(2). */
  awaitEnd(dio: Dio): void {
    this.#directIo.awaitEnd(dio);
  }

  /** The block device carries out what was submitted. */
  runDisk(): void {
    this.#context.machine.agent('disk').run(() => this.disk.serve());
  }

  /** A driver's reference to the page that is mapped. */
  hold(flags: GupFlags): Page | undefined {
    return this.#gup.getUserPagesFast(this.mm, ADDRESS, 1, flags)[0];
  }

  release(page: Page, flags: GupFlags): void {
    this.#gup.release(page, flags);
  }

  /** DMA to half of a page that is held. */
  deviceWrites(page: Page, half: Half = 'lo'): void {
    page.contents.writeHalf(half, FROM_DEVICE);
  }

  /** Reclaim of the inactive anonymous pages, once. @returns how many it freed */
  reclaim(): number {
    return this.#vmscan.shrinkInactiveList('inactive_anon');
  }

  /** Reclaim passes over the page on CPU 1, beside the other threads. */
  runReclaim(): void {
    this.#context.machine.cpu(1).run('reclaim', () => this.reclaim());
  }

  /**
   * During set-up: reclaim has unmapped the page, and kept it in the swap cache, dirty, as somebody had a
   * reference, which is gone. The next pass writes it.
   */
  unmapIntoCache(): void {
    const page = this.mapped()!;
    getPage(page);
    this.reclaim();
    putPage(page);
  }

  /**
   * Reclaim has given the page, which is unmapped, to the swap device, and has put it back on its list: it is clean and
   * under writeback, and the device has still to read it.
   */
  runWriteback(): void {
    const { machine } = this.#context;
    machine.boot(() => {
      this.unmapIntoCache();
      ClearPageDirty(this.page);
      setPageWriteback(this.page);
    });
    machine.agent('swapdev').run(() => {
      this.swap.endSwapBioWrite(this.page);
    });
  }

  /** During set-up: reclaim has written the page out and freed it. */
  swapOut(): void {
    this.reclaim();
    // A disk ends the writeback when reclaim has gone on already.
    this.reclaim();
  }
}
