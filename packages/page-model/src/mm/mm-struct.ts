import { ModelError } from '@pagerace/explorer';
import {
  type Atomic,
  type Bit,
  cell,
  type Cell,
  type Cpu,
  downRead,
  downReadTrylock,
  downWrite,
  downWriteTrylock,
  formatted,
  RwSemaphore,
  Seqcount,
  Spinlock,
  upRead,
  upWrite,
} from '@pagerace/machine';
import type { VirtualAddress } from '../address.js';
import { AnonVma } from '../mapping/anon-vma.js';
import type { AddressSpace } from '../mapping/address-space.js';
import type { Memory } from '../memory.js';
import type { MmuNotifierSubscriptions } from './mmu-interval-notifier.js';
import type { MmuNotifier } from './mmu-notifier.js';
import type { Ptep } from '../page-table/page-table-entry.js';
import { type PageTable } from '../page-table/page-table.js';
import type { UserfaultfdCtx } from './userfaultfd-ctx.js';
import { VM_SHARED, VM_SOFTDIRTY, Vma } from './vma.js';

/** What is to be mapped by {@link Mm.mmap}. */
export interface Mapping {
  readonly start: VirtualAddress;
  /** The length, in pages. */
  readonly pages: number;
  /** VM_READ, VM_WRITE and so on. */
  readonly vmFlags: number;
  /** Of the parent's mapping, for a child's; a private mapping otherwise gets its own. */
  readonly anonVma?: AnonVma;
  /** The file that is mapped, from its first page on unless there is {@link Mapping.pgoff}. Default none: anonymous memory. */
  readonly file?: AddressSpace;
  /** vm_pgoff, of a mapping that takes over the pages of another; a private one otherwise goes by its address. */
  readonly pgoff?: number;
  /** Where write faults of entries with the uffd-wp bit are reported. Default nowhere. */
  readonly userfaultfdCtx?: UserfaultfdCtx;
}

/** A page table that waits, and the entry at which the huge page was mapped that it was deposited for. */
export interface Deposit {
  readonly pmdp: Ptep;
  readonly table: PageTable;
}

/** struct mm_struct: an address space. Made during set-up. */
export class Mm {
  readonly mmapLock: RwSemaphore;
  /** mm->page_table_lock: for the levels that have no lock of their own. */
  readonly pageTableLock: Spinlock;
  /** Odd while fork write-protects; GUP-fast's FOLL_PIN looks at it (v5.11). */
  readonly writeProtectSeq: Seqcount;
  /** MMF_HAS_PINNED: a page of this process was pinned once. */
  readonly hasPinned: Bit;
  /**
   * mm->tlb_flush_batched: how often reclaim has unmapped pages without a flush, in bits 0 to 14, and how
   * much of that was flushed, in bits 16 to 30 (v5.17: 5ee2fa2f0636; before, a flag).
   */
  readonly tlbFlushBatched: Atomic;
  /** mm->pmd_huge_pte: page tables that wait until a huge page is split. Hold pmd_lock(). */
  readonly pmdHugePte: Cell<readonly Deposit[]>;
  /** mm_nr_ptes(), in tables: how many of the last level there are. */
  readonly nrPtes: Atomic;
  /** Whether mm->mmlist is in the list of the address spaces that swapoff visits. */
  readonly isOnMmlist: Cell<boolean>;
  /** mm->notifier_subscriptions: whom to tell before and after mappings change. */
  readonly notifiers: MmuNotifier[] = [];
  /** The part of it for interval notifiers (v5.5), once there is one. */
  subscriptions: MmuNotifierSubscriptions | undefined;
  /** The root of the page table. */
  readonly pgd: PageTable;
  /** Protected by {@link Mm.mmapLock}. */
  readonly #vmas: Cell<readonly Vma[]>;
  /** By level and first address. They are made with the mappings and linked in when needed. */
  readonly #tables = new Map<string, PageTable>();
  readonly #cpus: readonly Cpu[];
  /** The bits in mm_cpumask() of CPUs that begin to run the process on the way. */
  readonly #joining = new Map<Cpu, Cell<number>>();

  /** @param cpus those that run the process from the start */
  constructor(
    readonly memory: Memory,
    readonly name: string,
    cpus: readonly Cpu[],
  ) {
    this.#cpus = cpus;
    this.mmapLock = new RwSemaphore(`${name}.mmap_lock`, 'mmap_lock');
    this.pageTableLock = new Spinlock(`${name}.page_table_lock`, 'page_table_lock');
    this.writeProtectSeq = new Seqcount(`${name}.write_protect_seq`);
    this.hasPinned = cell(0, `${name}.MMF_HAS_PINNED`);
    this.tlbFlushBatched = cell(0, `${name}.tlb_flush_batched`);
    this.pmdHugePte = formatted(
      cell<readonly Deposit[]>([], `${name}.pmd_huge_pte`),
      (deposits) => deposits.map(({ table }) => table.name).join(', ') || 'empty',
    );
    this.nrPtes = cell(0, `${name}.nr_ptes`);
    this.isOnMmlist = cell(false, `${name}.mmlist`);
    this.pgd = memory.addPageTable(memory.levels[0]!, name);
    this.#vmas = cell<readonly Vma[]>([], `${name}.mmap`);
    memory.mms.push(this);
  }

  /** mm_cpumask(): the CPUs that run the process and may have its translations. */
  get cpumask(): readonly Cpu[] {
    if (this.#joining.size === 0) return this.#cpus;
    const joined = [...this.#joining].filter(([, bit]) => bit.read() === 1);
    return [...this.#cpus, ...joined.map(([cpu]) => cpu)];
  }

  /** During set-up: says that a CPU is going to run the process, when it calls {@link switchMm}. */
  willRunOn(cpu: Cpu): void {
    this.#joining.set(cpu, cell(0, `${this.name}.cpumask[${String(cpu.id)}]`));
  }

  /** cpumask_set_cpu(). Unordered. */
  setCpu(cpu: Cpu): void {
    this.#joining.get(cpu)?.update(() => 1);
  }

  /** The mappings, by address. Hold mmap_lock. */
  get vmas(): readonly Vma[] {
    return this.#vmas.read();
  }

  /** find_vma(), but undefined if the address is in no mapping. Hold mmap_lock. */
  findVma(address: VirtualAddress): Vma | undefined {
    return this.vmas.find(({ start, end }) => address >= start && address < end);
  }

  /** mmap(): adds a mapping, with nothing in it yet. During set-up. */
  mmap({ start, pages, vmFlags, anonVma, file, pgoff, userfaultfdCtx }: Mapping): Vma {
    const end = start + pages * this.memory.pageSize;
    const isPrivate = (vmFlags & VM_SHARED) === 0;
    const own = isPrivate
      ? (anonVma ?? new AnonVma(`${this.name}.anon_vma${String(this.vmas.length)}`))
      : null;
    const firstPage = pgoff ?? (file === undefined ? start / this.memory.pageSize : 0);
    const flags = vmFlags | VM_SOFTDIRTY;
    const vma = new Vma(this, start, end, flags, own, firstPage, file, userfaultfdCtx);
    own?.link(vma);
    file?.link(vma);
    this.#makeTables(start, end, file !== undefined);
    this.#vmas.write([...this.vmas, vma].sort((a, b) => a.start - b.start));
    return vma;
  }

  /**
   * A table of a level, below the root, that is not in use: the one that was made for the address if
   * possible. During a run, hold page_table_lock.
   *
   * @throws {RangeError} when there is none left
   */
  unusedTable(level: number, address: VirtualAddress): PageTable {
    const own = this.#tables.get(this.#tableKey(level, address))!;
    const others = [...this.#tables.values()].filter((table) => table.level === own.level);
    const unused = [own, ...others].find(({ allocation }) => !allocation.isAllocated);
    if (unused === undefined) throw new ModelError(`${this.name} has no page table left`);
    return unused;
  }

  #makeTables(start: VirtualAddress, end: VirtualAddress, isOfFile: boolean): void {
    this.pgd.cover(start, end);
    const { arch, hasHugePages, levels } = this.memory;
    for (let level = 1; level < levels.length; level++) {
      // A table that is freed after a grace period, as tlb_remove_table() does it, is not to be had for a
      // fault that comes before: pte_alloc_one() gives that another one.
      // retract_page_tables() frees a table after a grace period (v6.6). Until then do_set_pmd() may need
      // another one of the same range, where it deposits one: arch_needs_pgtable_deposit().
      const needsSpare =
        level === levels.length - 1 &&
        (arch.hasRcuTableFree || (isOfFile && hasHugePages && arch.depositRule === 'per pmd'));
      // A table of this level spans what one entry of the level above does.
      const span = 2 ** levels[level - 1]!.shift;
      for (let from = start - (start % span); from < end; from += span) {
        const key = this.#tableKey(level, from);
        for (const one of needsSpare ? [key, `${key}:spare`] : [key]) {
          let table = this.#tables.get(one);
          if (table === undefined) {
            const name = `${this.name}.${levels[level]!.name}(${from.toString(16)})`;
            table = this.memory.addPageTable(levels[level]!, one === key ? name : `${name}.spare`);
            this.#tables.set(one, table);
          }
          table.cover(Math.max(start, from), Math.min(end, from + span));
        }
      }
    }
  }

  #tableKey(level: number, address: VirtualAddress): string {
    const span = 2 ** this.memory.levels[level - 1]!.shift;
    return `${String(level)}:${String(Math.floor(address / span))}`;
  }

  toString(): string {
    return this.name;
  }
}

/** mmap_read_lock(). */
export function mmapReadLock(mm: Mm): void {
  downRead(mm.mmapLock);
}

/** mmap_read_trylock(). */
export function mmapReadTrylock(mm: Mm): boolean {
  return downReadTrylock(mm.mmapLock);
}

/** mmap_read_unlock(). */
export function mmapReadUnlock(mm: Mm): void {
  upRead(mm.mmapLock);
}

/** mmap_write_lock(). */
export function mmapWriteLock(mm: Mm, subclass = 0): void {
  downWrite(mm.mmapLock, subclass);
}

/** mmap_write_trylock(). */
export function mmapWriteTrylock(mm: Mm): boolean {
  return downWriteTrylock(mm.mmapLock);
}

/** mmap_write_unlock(). */
export function mmapWriteUnlock(mm: Mm): void {
  upWrite(mm.mmapLock);
}
