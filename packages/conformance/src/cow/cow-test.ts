import { FORK, type Fork, prepareChild } from '@pagerace/fork';
import { GET_USER_PAGES, type GetUserPages } from '@pagerace/gup';
import { HUGE_MEMORY } from '@pagerace/huge-memory';
import type { ScenarioContext } from '@pagerace/kernel';
import { KHUGEPAGED } from '@pagerace/khugepaged';
import { complete, Completion, waitForCompletion } from '@pagerace/machine';
import { MADVISE_PAGEOUT } from '@pagerace/madvise';
import { CLEAR_REFS, MPROTECT, MREMAP } from '@pagerace/mprotect';
import {
  AddressSpace,
  lruAddDrain,
  type Memory,
  type Mm,
  mmapReadLock,
  mmapReadUnlock,
  mmapWriteLock,
  mmapWriteUnlock,
  USER_ACCESS,
  type UserAccess,
  VM_READ,
  VM_SHARED,
  type VirtualAddress,
  VM_WRITE,
  Vma,
  walkToPte,
} from '@pagerace/page-model';
import { shmem } from '@pagerace/shmem';
import { SWAP } from '@pagerace/swap';
import { TestProcess } from './test-process.js';

/** Aligned to what an entry above the last level covers, on every architecture. */
const RANGE = 0x7f0000000000;

/** The byte that the memory is populated with: memset(mem, 1, size). */
const POPULATED = 1;

/** Of the memory that a test is run on. */
export type Half = 'lower' | 'upper';

/** The processes of cow.c, and the pipes by which they take turns. */
export class CowTest {
  readonly memory: Memory;
  readonly mm: Mm;
  /** What the test is run on, in pages; a layout may leave less than was mapped. */
  pages = 0;
  /** Whether the layout came about; the test skips itself otherwise. */
  isThere = true;
  readonly #context: ScenarioContext<unknown>;
  readonly #user: UserAccess;
  readonly #gup: GetUserPages;
  readonly #fork: Fork;
  /** comm_pipes, and what fork() and wait() tell. */
  readonly #forked = new Completion('fork');
  readonly #childReady = new Completion('child_ready');
  readonly #parentReady = new Completion('parent_ready');
  readonly #exited = new Completion('exit');

  constructor(context: ScenarioContext<unknown>) {
    this.#context = context;
    this.memory = context.memory;
    this.mm = context.process('parent', 0);
    this.#user = context.get(USER_ACCESS);
    this.#gup = context.get(GET_USER_PAGES);
    this.#fork = context.get(FORK);
  }

  /** The address of a page of the memory. */
  address(nth = 0): VirtualAddress {
    return RANGE + nth * this.memory.pageSize;
  }

  /** What a process does with the memory, or with a half of it. */
  process(mm = this.mm, half?: Half): TestProcess {
    const [first, pages] = this.#rangeOf(half);
    return new TestProcess(mm, this.address(first), pages, this.#user, this.#gup, this.#fork);
  }

  #rangeOf(half: Half | undefined): readonly [first: number, pages: number] {
    if (half === undefined) return [0, this.pages];
    return [half === 'lower' ? 0 : this.pages / 2, this.pages / 2];
  }

  // ---- set-up: what the layouts are made of ----

  /** mmap(), and a memset() that populates it. */
  populate(pages: number): void {
    this.mm.mmap({ start: RANGE, pages, vmFlags: VM_READ | VM_WRITE }).willChange();
    this.pages = pages;
    this.process().memset(POPULATED);
  }

  /** Two mappings that have the shared zero page, of which one is only read. */
  populateZero(): void {
    this.#populateTwo({}, VM_READ);
  }

  /** A private mapping of a file in memory, and a shared one that is only read. */
  populateFile(): void {
    const file = new AddressSpace(this.memory, 'file', 1, shmem);
    this.#populateTwo({ file }, VM_READ | VM_SHARED);
  }

  #populateTwo(of: { file?: AddressSpace }, otherFlags: number): void {
    this.pages = 1;
    this.mm.mmap({ start: RANGE, pages: 1, vmFlags: VM_READ | VM_WRITE, ...of });
    this.mm.mmap({ start: this.address(1), pages: 1, vmFlags: otherFlags, ...of });
    this.process().memcpy();
    this.other().memcpy();
  }

  /** smem: what the process reads by the other mapping, behind the one that is tested. */
  other(): TestProcess {
    const { mm, pages } = this;
    return new TestProcess(mm, this.address(pages), pages, this.#user, this.#gup, this.#fork);
  }

  /** A huge page, as a fault allocates it: khugepaged makes one of what is populated, as no fault does here. */
  populateHuge(): void {
    this.populate(this.memory.hpagePmdNr);
    this.collapse();
  }

  /** madvise(MADV_COLLAPSE), which drains the LRU batches first. @returns whether there is a huge page now */
  collapse(): boolean {
    lruAddDrain(this.memory);
    const khugepaged = this.#context.get(KHUGEPAGED);
    return khugepaged.hpageCollapseScanPmd(this.mm, RANGE) === 'SCAN_SUCCEED';
  }

  /** Maps the pages of a huge page one by one, as a change of a part of its mapping does. */
  split(): void {
    mmapReadLock(this.mm);
    this.#context.get(HUGE_MEMORY).splitHugePmd(this.mm.findVma(RANGE)!, RANGE);
    mmapReadUnlock(this.mm);
  }

  /** madvise(MADV_DONTNEED) of a page. */
  dontneed(nth: number): void {
    this.#fork.zapPage(this.mm, this.address(nth));
  }

  /** mremap() of the upper half, which splits its mapping off, and with it the huge page. */
  moveUpperHalf(): void {
    this.split();
    const half = this.pages / 2;
    const { vmFlags, anonVma, pgoff, end } = this.mm.findVma(RANGE)!;
    const upper = new Vma(this.mm, this.address(half), end, vmFlags, anonVma, pgoff + half);
    const mremap = this.#context.get(MREMAP);
    const elsewhere = RANGE + this.memory.hpagePmdSize;
    mremap.prepare(upper, elsewhere).willChange();
    mmapWriteLock(this.mm);
    mremap.movePageTables(upper, elsewhere);
    mmapWriteUnlock(this.mm);
    this.pages = half;
  }

  /** madvise(MADV_PAGEOUT). */
  pageout(): void {
    this.#context.get(SWAP).swapon({ pages: this.pages });
    this.#context.get(MADVISE_PAGEOUT).madvisePageout(this.mm, RANGE, this.pages);
    this.isThere = Array.from({ length: this.pages }, (_, nth) => nth).every((nth) =>
      this.#isSwapped(nth),
    );
  }

  /** pagemap_is_swapped(). */
  #isSwapped(nth: number): boolean {
    const { arch } = this.memory;
    const pte = walkToPte(this.mm, this.address(nth))?.ptep.read();
    return pte !== undefined && arch.isSwapPte(pte);
  }

  /** A child that fork() is going to fill: with all that is mapped, or with one half of it. */
  prepareChild(half?: Half): Mm {
    const child = this.#context.process('child', 1);
    const [first, pages] = this.#rangeOf(half);
    if (half === undefined) prepareChild(this.mm, child);
    else prepareChild(this.mm, child, this.address(first), this.address(first + pages));
    return child;
  }

  /** fork() of the first page alone, as MADV_DONTFORK of the others leaves it, and exit(). */
  shareFirst(): void {
    const child = this.#context.process('first child', 1);
    prepareChild(this.mm, child, this.address(), this.address(1));
    this.#fork.dupMmap(this.mm, child);
    this.#fork.exitMmap(child);
  }

  // ---- the run: what the parent does to its mapping ----

  /** mprotect(PROT_READ), of the whole mapping: where a layout has left a part of it, nothing else is there. */
  protect(): void {
    this.#context.get(MPROTECT).mprotect(this.mm, RANGE, false);
  }

  /** mprotect(PROT_READ | PROT_WRITE), which may map pages writable at once that a write fault would go on with. */
  unprotect(): void {
    this.#context.get(MPROTECT).mprotect(this.mm, RANGE, true);
  }

  /** clear_softdirty(): from now on mprotect() leaves it to write faults. */
  clearSoftDirty(): void {
    this.#context.get(CLEAR_REFS).clearSoftDirty(this.mm);
  }

  // ---- who waits for whom ----

  /** fork(), by the parent. */
  fork(child: Mm): void {
    this.#fork.dupMmap(this.mm, child);
    complete(this.#forked);
  }

  /** Where the child begins. */
  born(): void {
    waitForCompletion(this.#forked);
  }

  childIsReady(): void {
    complete(this.#childReady);
  }

  awaitChild(): void {
    waitForCompletion(this.#childReady);
  }

  parentIsReady(): void {
    complete(this.#parentReady);
  }

  awaitParent(): void {
    waitForCompletion(this.#parentReady);
  }

  exit(child: Mm): void {
    this.#fork.exitMmap(child);
    complete(this.#exited);
  }

  /** wait(). */
  awaitExit(): void {
    waitForCompletion(this.#exited);
  }
}
