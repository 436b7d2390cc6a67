import { FORK, type Fork } from '@pagerace/fork';
import { GET_USER_PAGES, type GetUserPages, type GupFlags } from '@pagerace/gup';
import { KHUGEPAGED } from '@pagerace/khugepaged';
import type { ScenarioContext } from '@pagerace/kernel';
import {
  lruAddDrain,
  mappedPage,
  type Mm,
  type Page,
  USER_ACCESS,
  type UserAccess,
  type VirtualAddress,
  VM_READ,
  VM_WRITE,
  type Vma,
  withPteLocked,
} from '@pagerace/page-model';
import { referencesAreCounted } from '../madv-free/properties.js';

/** Aligned to what an entry above the last level covers, on every architecture. */
export const START: VirtualAddress = 0x7f0000000000;

export interface CountingOptions {
  /** Pages of the mapping; with `huge` those of a huge page. Default 1. */
  readonly pages?: number;
  /** Whether an entry of a huge page maps them. Default not. */
  readonly huge?: boolean;
  /** Whether something was stored to them. Default it was; else nothing is mapped. */
  readonly written?: boolean;
}

/** What each page of {@link Counting} begins with. */
export const INITIAL = 1;

/**
 * A process on CPU 0 with private anonymous memory, of which get_user_pages() gives out references, and what
 * /proc/vmstat has counted of that. The counts of pages ask nobody whether there is a file behind the memory.
 */
export class Counting {
  readonly mm: Mm;
  readonly vma: Vma;
  /** The page that is mapped first at the start, if anything was stored to it. */
  readonly page: Page | undefined;
  readonly gup: GetUserPages;
  readonly user: UserAccess;
  readonly fork: Fork;
  readonly #context: ScenarioContext<unknown>;
  readonly #pages: number;

  constructor(
    context: ScenarioContext<unknown>,
    { pages = 1, huge = false, written = true }: CountingOptions = {},
  ) {
    const { get, machine, memory } = context;
    this.#context = context;
    this.gup = get(GET_USER_PAGES);
    this.user = get(USER_ACCESS);
    this.fork = get(FORK);
    this.#pages = huge ? memory.hpagePmdNr : pages;
    this.mm = context.process('app', 0);
    this.vma = this.mm.mmap({ start: START, pages: this.#pages, vmFlags: VM_READ | VM_WRITE });
    if (written) {
      machine.boot(() => {
        for (let nth = 0; nth < this.#pages; nth++)
          this.user.userWrite(this.mm, this.address(nth), INITIAL);
        lruAddDrain(memory);
        if (!huge) return;
        get(KHUGEPAGED).collapseHugePage(this.mm, START);
        lruAddDrain(memory);
      });
    }
    this.page = mappedPage(this.mm, START);
  }

  address(nth = 0): VirtualAddress {
    return START + nth * this.#context.memory.pageSize;
  }

  /** References to all the pages, GUP-fast first. */
  fast(flags: GupFlags): readonly Page[] {
    return this.gup.getUserPagesFast(this.mm, START, this.#pages, flags);
  }

  /** The same by the slow path alone. */
  slow(flags: GupFlags, mm = this.mm): readonly Page[] {
    return this.gup.getUserPagesUnlocked(mm, START, this.#pages, flags);
  }

  put(pages: readonly Page[], flags: GupFlags): void {
    for (const page of pages) this.gup.release(page, flags);
  }

  /**
   * Makes the entry of the first page read-only, as page_mkclean_one() does: a GUP-fast that has found it writable
   * backs off.
   *
   * @param look while the entry is clear
   */
  mkclean<T>(look?: () => T): T | undefined {
    const { arch } = this.#context;
    return withPteLocked(this.mm, START, (ptep) => {
      const pte = arch.ptepClearFlush(this.vma, START, ptep);
      const seen = look?.();
      arch.setPteAt(this.mm, START, ptep, arch.pteMkclean(arch.pteWrprotect(pte)));
      return seen;
    });
  }

  /** MADV_DONTNEED: what was mapped is gone, and a GUP-fast that has looked at the entry backs off. */
  dontNeed(): void {
    for (let nth = 0; nth < this.#pages; nth++) this.fork.zapPage(this.mm, this.address(nth));
  }

  /** What /proc/vmstat has as requested, less what it has as returned: its items, at the end of a program. */
  difference(): number {
    const { vmstat } = this.#context.memory;
    return differenceOf(vmstat!.items.map((_item, nth) => vmstat!.total(nth)));
  }

  /** Demands, at the end, the identity of the counters. */
  judge(outstanding: number): void {
    const { property } = this.#context;
    property(referencesAreCounted.id).applies();
    const difference = this.difference();
    property('I-COUNT').demand(
      difference === outstanding,
      `${String(difference)} more are requested than returned, and ${String(outstanding)} are held`,
    );
  }
}

/** Of the values of the five counters, or of the two: what was requested, less what was returned. */
export function differenceOf(values: readonly number[]): number {
  const [slow, fast, , , returned] = values;
  return returned === undefined ? slow! - fast! : slow! + fast! - returned;
}
