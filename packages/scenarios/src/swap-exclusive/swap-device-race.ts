import type { PropertyDefinition, ScenarioContext } from '@pagerace/kernel';
import {
  byteAt,
  getPage,
  lruAddDrain,
  type Mm,
  type Page,
  putPage,
  USER_ACCESS,
  type UserAccess,
  VM_READ,
  VM_WRITE,
  type VirtualAddress,
  walkToPte,
  withPteLocked,
} from '@pagerace/page-model';
import { SWAP, type SwapDevice, type Swap } from '@pagerace/swap';
import { VMSCAN, type Vmscan } from '@pagerace/vmscan';
import { Findings } from '../findings.js';
import { hex } from '../hex.js';
import { freeIsUntouched, referencesAreCounted } from '../madv-free/properties.js';
import { ownStoreIsKept, slotsAreCounted } from './properties.js';

const START = 0x10000;

/** What the process has stored to the halves of its page before anything begins. */
export const LO = 0x61;
export const HI = 0x62;

/** The process's two halves of the page, as it loads them. */
export type Halves = readonly [lo: number, hi: number];

/** What must hold wherever a page goes to a swap device and comes back. */
export const swapDeviceProperties: readonly PropertyDefinition[] = [
  ownStoreIsKept,
  slotsAreCounted,
  referencesAreCounted,
  freeIsUntouched,
];

/** A process with one page, `a` and `b` in its halves, that has not been used of late; and a swap device. */
export class SwapDeviceRace {
  readonly mm: Mm;
  readonly swap: Swap;
  readonly #context: ScenarioContext<unknown>;
  readonly #user: UserAccess;
  readonly #vmscan: Vmscan;

  /** @param cpus those that run the process */
  constructor(
    context: ScenarioContext<unknown>,
    device: SwapDevice,
    cpus: readonly number[] = [0],
  ) {
    this.#context = context;
    this.#user = context.get(USER_ACCESS);
    this.#vmscan = context.get(VMSCAN);
    this.swap = context.get(SWAP);
    this.swap.swapon(device);
    this.mm = context.process('app', ...cpus);
    this.mm.mmap({ start: START, pages: 1, vmFlags: VM_READ | VM_WRITE });
    context.machine.boot(() => {
      this.storeLo(LO);
      this.storeHi(HI);
      lruAddDrain(context.memory);
      this.age();
    });
  }

  get #hi(): VirtualAddress {
    return START + this.#context.memory.pageSize / 2;
  }

  storeLo(byte: number): void {
    this.#user.userWrite(this.mm, START, byte);
  }

  storeHi(byte: number): void {
    this.#user.userWrite(this.mm, this.#hi, byte);
  }

  loadLo(): number {
    return this.#user.userRead(this.mm, START);
  }

  loadHi(): number {
    return this.#user.userRead(this.mm, this.#hi);
  }

  load(): Halves {
    return [this.loadLo(), this.loadHi()];
  }

  /** At the end: the halves as the page table has them, or as swap has. */
  final(): Halves {
    const { arch, memory } = this.#context;
    const pte = walkToPte(this.mm, START)!.ptep.read();
    const contents = arch.ptePresent(pte)
      ? memory.pageAt(arch.ptePfn(pte)).contents
      : this.swap.contentsOf(arch.pteToSwpEntry(pte));
    return [byteAt(contents.readHalf('lo'), 0), byteAt(contents.readHalf('hi'), 0)];
  }

  /** One page fault, and no access after it. */
  faultHi(flags = 0): void {
    this.#user.pageFault(this.mm, this.#hi, flags);
  }

  /** Takes the young bit, as an earlier pass of reclaim has. */
  age(): void {
    withPteLocked(this.mm, START, (ptep) =>
      this.#context.arch.ptepTestAndClearYoung(this.mm.vmas[0]!, START, ptep),
    );
  }

  /** The page that is mapped. During set-up. */
  page(): Page {
    const { arch, memory } = this.#context;
    return memory.pageAt(arch.ptePfn(walkToPte(this.mm, START)!.ptep.read()));
  }

  /** One pass of reclaim over the inactive anonymous pages. */
  reclaim(): number {
    return this.#vmscan.shrinkInactiveList('inactive_anon');
  }

  /**
   * During set-up: reclaim has unmapped the page, and kept it in the swap cache, dirty, as somebody had a
   * reference to it. The next pass writes it.
   */
  unmap(): void {
    this.#context.machine.boot(() => {
      const page = this.page();
      getPage(page);
      this.reclaim();
      putPage(page);
    });
  }

  /** During set-up: reclaim has written the page out and freed it. */
  swapOut(): void {
    this.#context.machine.boot(() => {
      this.reclaim();
      // A disk ends the writeback when reclaim has gone on already.
      this.reclaim();
    });
  }

  /**
   * Judges, at the end, what the process has loaded last.
   *
   * @param loaded the halves
   * @param stored what each must be
   */
  judge(loaded: Halves, stored: Halves): void {
    const findings = new Findings();
    const { property } = this.#context;
    property(referencesAreCounted.id).applies();
    property(freeIsUntouched.id).applies();
    for (const [nth, half] of (['lo', 'hi'] as const).entries()) {
      findings.demand(
        property(ownStoreIsKept.id),
        loaded[nth] === stored[nth],
        () =>
          `the process has stored ${hex(stored[nth]!)} to the ${half} half last, and loads ${hex(loaded[nth]!)}`,
      );
    }
    const error = this.swap.swapMapError();
    findings.demand(property(slotsAreCounted.id), error === undefined, () => error!);
    findings.conclude();
  }
}
