import { BlockDevice, DIRECT_IO, type Dio, type DirectIo, type Transfer } from '@pagerace/block';
import type { ScenarioContext } from '@pagerace/kernel';
import {
  byteAt,
  type Half,
  lruAddDrain,
  mappedPage,
  type Mm,
  type Page,
  PageAnonExclusive,
  PageSwapCache,
  type Pte,
  USER_ACCESS,
  type UserAccess,
  type VirtualAddress,
  VM_READ,
  VM_WRITE,
  type Vma,
  walkToPte,
} from '@pagerace/page-model';
import { ANON_EXCLUSIVE, type AnonExclusive } from '@pagerace/rmap';
import { SWAP, type Swap, type SwapDeviceKind } from '@pagerace/swap';
import { VMSCAN, type Vmscan } from '@pagerace/vmscan';
import { Findings } from '../findings.js';
import { hex } from '../hex.js';
import {
  directReadIsSeen,
  freeIsUntouched,
  mappingIsCoherent,
  referencesAreCounted,
} from '../madv-free/properties.js';
import {
  exclusiveIsMappedOnce,
  markedEntryIsAlone,
  ownStoreIsKept,
  readAcrossForkIsSeen,
  slotsAreCounted,
  writableIsExclusive,
} from './properties.js';

/** On a page boundary with pages of 64 KiB as well. */
export const ADDRESS = 0x7f7c10410000;

/** What the halves of the page hold at the start: `a` and `b`. */
export const INITIAL: Readonly<Record<Half, number>> = { lo: 0x61, hi: 0x62 };
/** What the process stores to the upper half: `c`. */
export const STORED = 0x63;
/** What the device has: `y`. */
const FROM_DEVICE = 'y';

/** What must hold in every scenario of this family. */
export const swapProperties = [
  writableIsExclusive,
  exclusiveIsMappedOnce,
  markedEntryIsAlone,
  slotsAreCounted,
  referencesAreCounted,
  freeIsUntouched,
];

/** What must hold, too, where a direct read into the lower half meets a store to the upper one. */
export const swapReadProperties = [
  directReadIsSeen,
  mappingIsCoherent,
  ownStoreIsKept,
  ...swapProperties,
];

/** The bytes that a process has loaded. */
export interface Loaded {
  readonly lo: number;
  readonly hi: number;
}

export interface SwapRaceOptions {
  /** The CPUs that run the process. Default: CPU 0 alone. */
  readonly cpus?: readonly number[];
  /** The kind of the swap device. */
  readonly swap?: SwapDeviceKind;
  /** Pages of the swap device. Default 2. */
  readonly slots?: number;
  /** How many direct reads the device is going to get. Default 1. */
  readonly requests?: number;
}

/**
 * A process with one private anonymous page, which is mapped writable and dirty, exclusive, and on the
 * inactive list with its young bit clear; a swap device; and a block device for direct reads of half a page.
 */
export class SwapRace {
  readonly mm: Mm;
  readonly vma: Vma;
  /** The page that is mapped at the start. */
  readonly page: Page;
  readonly disk: BlockDevice;
  readonly #context: ScenarioContext<unknown>;
  readonly #half: number;
  readonly #user: UserAccess;
  readonly #directIo: DirectIo;
  readonly #vmscan: Vmscan;
  readonly #swap: Swap;
  readonly #exclusive: AnonExclusive;

  constructor(
    context: ScenarioContext<unknown>,
    { cpus = [0], slots = 2, swap = 'zswap', requests = 1 }: SwapRaceOptions = {},
  ) {
    const { get, memory, machine } = context;
    this.#context = context;
    this.#half = memory.pageSize / 2;
    this.#user = get(USER_ACCESS);
    this.#directIo = get(DIRECT_IO);
    this.#vmscan = get(VMSCAN);
    this.#swap = get(SWAP);
    this.#exclusive = get(ANON_EXCLUSIVE);
    this.#swap.swapon({ pages: slots, kind: swap });
    this.disk = new BlockDevice('disk', {
      bytes: FROM_DEVICE,
      pageSize: memory.pageSize,
      requests,
    });
    this.mm = context.process('app', ...cpus);
    this.vma = this.mm.mmap({ start: ADDRESS, pages: 1, vmFlags: VM_READ | VM_WRITE });
    machine.boot(() => {
      this.store('lo', INITIAL.lo);
      this.store('hi', INITIAL.hi);
      lruAddDrain(memory);
      this.age();
    });
    this.page = mappedPage(this.mm, ADDRESS)!;
  }

  /** Reclaim has been here before, and has taken the young bit. During set-up. */
  age(): void {
    const { ptep } = walkToPte(this.mm, ADDRESS)!;
    this.#context.arch.ptepTestAndClearYoung(this.vma, ADDRESS, ptep);
  }

  /** io_submit(2) of a read into half of the page. */
  submit(half: Half = 'lo'): Dio {
    return this.#directIo.submitRead(this.transfer(half));
  }

  /** io_getevents(2). */
  awaitEnd(dio: Dio): void {
    this.#directIo.awaitRead(dio);
  }

  transfer(half: Half): Transfer {
    return { device: this.disk, mm: this.mm, buffer: ADDRESS, pages: 1, half };
  }

  /** Reclaim of the inactive anonymous pages, once. @returns how many it freed */
  reclaim(): number {
    return this.#vmscan.shrinkInactiveList('inactive_anon');
  }

  /** Lets reclaim pass over the page: during set-up, before the threads, or on CPU 1 beside them. */
  runReclaim(when: 'before' | 'meanwhile'): void {
    const { machine } = this.#context;
    if (when === 'before') machine.boot(() => this.reclaim());
    else machine.cpu(1).run('reclaim', () => this.reclaim());
  }

  load(half: Half, mm: Mm = this.mm): number {
    return this.#user.userRead(mm, this.#addressOf(half));
  }

  /** @param byte default {@link STORED} */
  store(half: Half, byte = STORED, mm: Mm = this.mm): void {
    this.#user.userWrite(mm, this.#addressOf(half), byte);
  }

  loadBoth(mm: Mm = this.mm): Loaded {
    return { lo: this.load('lo', mm), hi: this.load('hi', mm) };
  }

  #addressOf(half: Half): VirtualAddress {
    return ADDRESS + (half === 'lo' ? 0 : this.#half);
  }

  /**
   * Judges, at the end, a run in which half of the page was read from the device, the process stored to the
   * upper half, and then loaded both.
   */
  judge(loaded: Loaded): void {
    const findings = new Findings();
    this.judgeRead(findings, loaded.lo);
    this.judgeStore(findings, loaded.hi);
    this.judgeState(findings);
    findings.conclude();
  }

  /**
   * The direct read, by what the process has loaded after it.
   *
   * I-COH is judged by what comes of it: data that is not in the page that the process has was written to a
   * page that was no longer mapped, while the device held it. It is no demand if the process forked meanwhile.
   */
  judgeRead(
    findings: Findings,
    loaded: number,
    { half = 'lo', nth = 0, forked = false }: { half?: Half; nth?: number; forked?: boolean } = {},
  ): void {
    const expected = byteAt(this.disk.contents(0, half), 0);
    findings.demand(
      this.#context.property((forked ? readAcrossForkIsSeen : directReadIsSeen).id),
      loaded === expected,
      () =>
        `the load after the direct read returned ${hex(loaded)}, where the device has ${hex(expected)}`,
    );
    if (forked) return;
    const { page, generation } = this.disk.transferred(nth)[0]!;
    const mapped = mappedPage(this.mm, ADDRESS);
    findings.demand(
      this.#context.property(mappingIsCoherent.id),
      loaded === expected ||
        (mapped === page && page.allocation.check('judgement of') === generation),
      () =>
        `the device held and wrote ${page.name}, while ${mapped?.name ?? 'another page'} took its place`,
    );
  }

  /** @param expected default {@link STORED} */
  judgeStore(findings: Findings, loaded: number, expected = STORED): void {
    findings.demand(
      this.#context.property(ownStoreIsKept.id),
      loaded === expected,
      () => `the process has stored ${hex(expected)}, and loaded ${hex(loaded)}`,
    );
  }

  /** What must hold of page tables, pages and swap slots at the end of every run: {@link swapProperties}. */
  judgeState(findings: Findings): void {
    const { arch, memory, property } = this.#context;
    property(referencesAreCounted.id).applies();
    property(freeIsUntouched.id).applies();
    const ptes = [...this.#ptes()];
    const present = ptes.filter((pte) => arch.ptePresent(pte) && !arch.pteSpecial(pte));
    const mappingsOf = (page: Page): number =>
      present.filter((pte) => arch.ptePfn(pte) === page.pfn).length;
    const swapped = ptes.filter((pte) => !arch.pteNone(pte) && !arch.ptePresent(pte));
    const writable = present.find(
      (pte) => arch.pteWrite(pte) && !PageAnonExclusive(memory.pageAt(arch.ptePfn(pte))),
    );
    findings.demand(
      property(writableIsExclusive.id),
      !this.#exclusive.isTracked || writable === undefined,
      () =>
        `${memory.pageAt(arch.ptePfn(writable!)).name} is mapped writable and not marked exclusive`,
    );
    const entriesOf = (one: number): number =>
      swapped.filter((pte) => arch.pteToSwpEntry(pte) === one).length;
    const shared = memory.pages.find(
      (page) =>
        page.allocation.isAllocated &&
        PageAnonExclusive(page) &&
        (mappingsOf(page) !== 1 || (PageSwapCache(page) && entriesOf(page.private.read()) > 0)),
    );
    findings.demand(
      property(exclusiveIsMappedOnce.id),
      shared === undefined,
      () => `${shared!.name} is marked exclusive, and mapped ${String(mappingsOf(shared!))} times`,
    );
    const marked = swapped.find(
      (pte) => arch.pteSwpExclusive(pte) && entriesOf(arch.pteToSwpEntry(pte)) !== 1,
    );
    findings.demand(
      property(markedEntryIsAlone.id),
      marked === undefined,
      () => `an entry with the exclusive marker shares its slot`,
    );
    const miscounted = this.#swap.swapMapError();
    findings.demand(property(slotsAreCounted.id), miscounted === undefined, () => miscounted!);
  }

  /** The entries of the last level, of every process. */
  *#ptes(): Iterable<Pte> {
    const { levels, pageTables } = this.#context.memory;
    for (const table of pageTables) {
      if (table.level !== levels.at(-1) || !table.allocation.isAllocated) continue;
      for (const ptep of table.entries) yield ptep.read();
    }
  }
}
