import { BIO_PAGE_REFERENCES } from '@pagerace/block';
import { GET_USER_PAGES, type GetUserPages, type GupFlags } from '@pagerace/gup';
import { choiceParameter, type ScenarioContext } from '@pagerace/kernel';
import {
  cell,
  type Cell,
  complete,
  Completion,
  formatted,
  Order,
  standInRelease,
  waitForCompletion,
} from '@pagerace/machine';
import {
  type Half,
  lockPage,
  lruAddDrain,
  mappedPage,
  type Mm,
  type Page,
  setPageDirty,
  unlockPage,
  USER_ACCESS,
  type UserAccess,
  type UserfaultfdCtx,
  type VirtualAddress,
  VM_READ,
  VM_WRITE,
  type Vma,
  walkToPte,
} from '@pagerace/page-model';
import { SWAP, type Swap } from '@pagerace/swap';
import { VMSCAN, type Vmscan } from '@pagerace/vmscan';
import { Findings } from '../findings.js';
import { hex } from '../hex.js';
import {
  directReadIsSeen,
  freeIsUntouched,
  mappingIsCoherent,
  referencesAreCounted,
} from '../madv-free/properties.js';
import { ownStoreIsKept, slotsAreCounted } from './properties.js';
import { ADDRESS, INITIAL, type Loaded, STORED } from './swap-race.js';

/** What the device has: `y`. */
const FROM_DEVICE = 0x79;

/** What must hold where a direct read into the lower half of a page meets a store to the upper one. */
export const entryProperties = [
  directReadIsSeen,
  mappingIsCoherent,
  ownStoreIsKept,
  slotsAreCounted,
  referencesAreCounted,
  freeIsUntouched,
];

/** The architectures with a soft-dirty bit: what tracks it does nothing to the others. */
export const softDirtyArchitectures = [
  'x86',
  'x86-ipi',
  'x86-kvm',
  'x86-broadcast',
  's390',
  'powerpc-radix',
  'powerpc-hash',
];

/** Any time multiplies the executions by hundreds. */
export const whenReclaimed = choiceParameter(
  'When reclaim comes: where the title has it, while the process waits, or at any time',
  ['between', 'any time'],
);

export interface EntryRaceOptions {
  readonly userfaultfdCtx?: UserfaultfdCtx;
  /** Whether a direct read is under way in the run. Default true. */
  readonly reads?: boolean;
  /** What {@link EntryRace.letReclaim} does: waits for reclaim, or for nothing. Default it waits. */
  readonly when?: 'between' | 'any time';
}

/**
 * A process on CPU 0 with one private anonymous page, which is mapped writable and dirty, exclusive, and
 * on the inactive list with its young bit clear; a swap device of two pages; and a device that writes to
 * the lower half of what it was given a reference for.
 */
export class EntryRace {
  readonly mm: Mm;
  readonly vma: Vma;
  /** The page that is mapped at the start. */
  readonly page: Page;
  readonly #context: ScenarioContext<unknown>;
  readonly #user: UserAccess;
  readonly #gup: GetUserPages;
  readonly #vmscan: Vmscan;
  readonly #swap: Swap;
  readonly #flags: GupFlags;
  /** What the device is to write to. */
  readonly #target: Cell<Page | null>;
  readonly #done = new Completion('disk.done');
  readonly #when: 'between' | 'any time';
  readonly #mayReclaim = new Completion('may_reclaim');
  readonly #reclaimed = new Completion('reclaimed');

  constructor(
    context: ScenarioContext<unknown>,
    { userfaultfdCtx, reads = true, when = 'between' }: EntryRaceOptions = {},
  ) {
    const { arch, get, machine, memory } = context;
    this.#context = context;
    this.#when = when;
    this.#user = get(USER_ACCESS);
    this.#gup = get(GET_USER_PAGES);
    this.#vmscan = get(VMSCAN);
    this.#flags = { write: true, pin: get(BIO_PAGE_REFERENCES).pin };
    this.#swap = get(SWAP);
    this.#swap.swapon({ pages: 2 });
    this.#target = formatted(
      cell<Page | null>(null, 'disk.target'),
      (page) => page?.name ?? 'none',
    );
    this.mm = context.process('app', 0);
    this.vma = this.mm.mmap({
      start: ADDRESS,
      pages: 1,
      vmFlags: VM_READ | VM_WRITE,
      ...(userfaultfdCtx === undefined ? {} : { userfaultfdCtx }),
    });
    this.vma.willChange();
    machine.boot(() => {
      this.store('lo', INITIAL.lo);
      this.store('hi', INITIAL.hi);
      lruAddDrain(memory);
      // Reclaim has been here before, and has taken the young bit.
      arch.ptepTestAndClearYoung(this.vma, ADDRESS, walkToPte(this.mm, ADDRESS)!.ptep);
    });
    this.page = mappedPage(this.mm, ADDRESS)!;
    if (reads) {
      machine.agent('disk').run(() => {
        this.#serve();
      });
    }
  }

  /** io_submit(2) of a read into the lower half of the page. */
  submit(): Page {
    const [page] = this.#gup.getUserPagesFast(this.mm, ADDRESS, 1, this.#flags);
    standInRelease(this.#target, page!, 'doorbell', 'the driver, which tells the device last');
    return page!;
  }

  /** The device's own doing, past every page table. */
  #serve(): void {
    const page = this.#target.await((submitted) => submitted !== null, Order.acquire)!;
    page.contents.writeHalf('lo', String.fromCharCode(FROM_DEVICE));
    complete(this.#done);
  }

  /** io_getevents(2): the read has ended, its page is made dirty, and the reference given back. */
  awaitEnd(page: Page): void {
    waitForCompletion(this.#done);
    lockPage(page);
    setPageDirty(page);
    unlockPage(page);
    this.#gup.release(page, this.#flags);
  }

  /** Reclaim of the inactive anonymous pages, once. */
  reclaim(): void {
    this.#vmscan.shrinkInactiveList('inactive_anon');
  }

  /** Runs on CPU 1: reclaim, and what comes after it, where {@link letReclaim} is called or at any time. */
  reclaimer(then?: () => void): void {
    this.#context.machine.cpu(1).run('reclaim', () => {
      if (this.#when === 'between') waitForCompletion(this.#mayReclaim);
      this.reclaim();
      then?.();
      complete(this.#reclaimed);
    });
  }

  /** The process's own: where {@link reclaimer} comes, unless it comes at any time. */
  letReclaim(): void {
    if (this.#when === 'any time') return;
    complete(this.#mayReclaim);
    waitForCompletion(this.#reclaimed);
  }

  load(half: Half, start = ADDRESS): number {
    return this.#user.userRead(this.mm, this.#addressOf(half, start));
  }

  /** @param byte default what is looked for in the end */
  store(half: Half, byte = STORED, start = ADDRESS): void {
    this.#user.userWrite(this.mm, this.#addressOf(half, start), byte);
  }

  loadBoth(start = ADDRESS): Loaded {
    return { lo: this.load('lo', start), hi: this.load('hi', start) };
  }

  #addressOf(half: Half, start: VirtualAddress): VirtualAddress {
    return start + (half === 'lo' ? 0 : this.#context.memory.pageSize / 2);
  }

  /** Judges, at the end, what the process has loaded after a direct read and its own store. */
  judge(loaded: Loaded, findings = new Findings(), start = ADDRESS): void {
    const { property } = this.#context;
    const mapped = mappedPage(this.mm, start);
    findings.demand(
      property(directReadIsSeen.id),
      loaded.lo === FROM_DEVICE,
      () => `the load after the direct read returned ${hex(loaded.lo)}`,
    );
    findings.demand(
      property(mappingIsCoherent.id),
      loaded.lo === FROM_DEVICE || mapped === this.page,
      () =>
        `${mapped?.name ?? 'nothing'} took the place of ${this.page.name}, which the device held`,
    );
    this.judgeStore(loaded, findings);
    findings.conclude();
  }

  judgeStore({ hi }: Pick<Loaded, 'hi'>, findings: Findings): void {
    const { property } = this.#context;
    property(referencesAreCounted.id).applies();
    property(freeIsUntouched.id).applies();
    findings.demand(
      property(ownStoreIsKept.id),
      hi === STORED,
      () => `the process has stored ${hex(STORED)}, and loaded ${hex(hi)}`,
    );
    const error = this.#swap.swapMapError();
    findings.demand(property(slotsAreCounted.id), error === undefined, () => error!);
  }
}
