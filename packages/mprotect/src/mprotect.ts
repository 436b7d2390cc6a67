import { inject, injectable, token } from '@pagerace/di';
import { ModelError } from '@pagerace/explorer';
import { HUGE_MEMORY, type HugeMemory } from '@pagerace/huge-memory';
import { kernelFunction } from '@pagerace/machine';
import {
  ARCHITECTURE,
  type Architecture,
  isWritableMigrationEntry,
  makeReadableExclusiveMigrationEntry,
  makeReadableMigrationEntry,
  MEMORY,
  type Memory,
  type Mm,
  mmapWriteLock,
  mmapWriteUnlock,
  mmuNotified,
  pmdRanges,
  type Pte,
  type Ptep,
  pteOffsetMapLock,
  pteUnmapUnlock,
  swpOffset,
  TLB_FLUSH,
  type TlbFlush,
  type VirtualAddress,
  VM_READ,
  VM_SHARED,
  VM_WRITE,
  type Vma,
  walkToPmd,
  withSwpEntry,
} from '@pagerace/page-model';
import { ANON_EXCLUSIVE, type AnonExclusive, RMAP, type Rmap } from '@pagerace/rmap';
import { CHANGE_HUGE_WRITABLE, CHANGE_WRITABLE, type ChangeWritable } from './change-writable.js';

export const MPROTECT = token<Mprotect>('mprotect.Mprotect', {
  providedBy: ['@pagerace/mprotect'],
});

/** cp_flags of change_protection(). */
export interface ChangeProtection {
  /** MM_CP_UFFD_WP. */
  readonly uffdWp?: boolean;
  /** MM_CP_UFFD_WP_RESOLVE. */
  readonly uffdWpResolve?: boolean;
  /** MM_CP_TRY_CHANGE_WRITABLE. */
  readonly tryChangeWritable?: boolean;
}

/** mm/mprotect.c, of v5.17 but for the seams, for private anonymous mappings that may be read. */
@injectable()
export class Mprotect {
  constructor(
    @inject(ARCHITECTURE) private readonly arch: Architecture,
    @inject(MEMORY) private readonly memory: Memory,
    @inject(TLB_FLUSH) private readonly tlb: TlbFlush,
    @inject(RMAP) private readonly rmap: Rmap,
    @inject(ANON_EXCLUSIVE) private readonly exclusive: AnonExclusive,
    @inject(CHANGE_WRITABLE) private readonly changeWritable: ChangeWritable,
    @inject(CHANGE_HUGE_WRITABLE) private readonly changeHugeWritable: ChangeWritable,
    @inject(HUGE_MEMORY) private readonly huge: HugeMemory,
  ) {}

  /** mprotect() of a whole mapping, which begins at `start`, to PROT_READ, or to PROT_READ | PROT_WRITE. */
  @kernelFunction('mm/mprotect.c', 'do_mprotect_pkey')
  mprotect(mm: Mm, start: VirtualAddress, writable: boolean): void {
    mmapWriteLock(mm);
    const vma = mm.findVma(start);
    if (vma?.start !== start || !vma.has(VM_READ) || vma.has(VM_SHARED)) {
      throw new ModelError(
        `mprotect() at 0x${start.toString(16)}: only of whole private mappings that may be read`,
      );
    }
    this.mprotectFixup(vma, writable ? vma.vmFlags | VM_WRITE : vma.vmFlags & ~VM_WRITE);
    mmapWriteUnlock(mm);
  }

  @kernelFunction('mm/mprotect.c')
  mprotectFixup(vma: Vma, vmFlags: number): void {
    if (vmFlags === vma.vmFlags) return;
    vma.vmFlags = vmFlags;
    const tryChangeWritable = (vmFlags & VM_WRITE) !== 0;
    this.changeProtection(vma, vma.start, vma.end, { tryChangeWritable });
  }

  /** Hold mmap_lock. */
  @kernelFunction('mm/mprotect.c')
  changeProtection(
    vma: Vma,
    start: VirtualAddress,
    end: VirtualAddress,
    flags: ChangeProtection,
  ): void {
    let changed = false;
    for (const [from, to] of pmdRanges(this.memory, start, end)) {
      changed =
        mmuNotified(vma.mm, from, to, () => this.changePmdRange(vma, from, to, flags)) || changed;
    }
    // tlb_finish_mmu(), or flush_tlb_range(): behind the locks of the page tables.
    if (changed) this.tlb.flushTlbRange(vma.mm, start, end);
  }

  /** change_pmd_range(), for what one entry covers: a huge page of which a part is meant is split. */
  @kernelFunction('mm/mprotect.c')
  changePmdRange(
    vma: Vma,
    start: VirtualAddress,
    end: VirtualAddress,
    flags: ChangeProtection,
  ): boolean {
    const above = this.memory.hasHugePages ? walkToPmd(vma.mm, start) : undefined;
    if (above !== undefined && this.arch.pmdTransHuge(above.pmd)) {
      const isPart = end - start < this.memory.hpagePmdNr * this.memory.pageSize;
      const change = (pte: Pte): Pte => this.#changed(vma, pte, flags, this.changeHugeWritable);
      if (isPart) this.huge.splitHugePmd(vma, start);
      // If it has been split meanwhile, its pages are changed one by one.
      else if (this.huge.changeHugePmd(vma, start, change)) return true;
    }
    return this.changePteRange(vma, start, end, flags);
  }

  /** @returns whether an entry has changed */
  @kernelFunction('mm/mprotect.c')
  changePteRange(
    vma: Vma,
    start: VirtualAddress,
    end: VirtualAddress,
    flags: ChangeProtection,
  ): boolean {
    const locked = pteOffsetMapLock(vma.mm, start);
    if (locked === undefined) return false;
    this.rmap.flushTlbBatchedPending(vma.mm);
    let changed = false;
    for (let address = start; address < end; address += this.memory.pageSize) {
      const ptep = locked.table.entry(address)!;
      const pte = this.arch.ptepGet(ptep);
      if (this.arch.ptePresent(pte)) {
        this.#changePresent(vma, address, ptep, flags);
        changed = true;
      } else if (!this.arch.pteNone(pte)) {
        changed = this.#changeSwapped(vma, address, ptep, pte, flags) || changed;
      }
    }
    pteUnmapUnlock(locked);
    return changed;
  }

  #changePresent(vma: Vma, address: VirtualAddress, ptep: Ptep, flags: ChangeProtection): void {
    // ptep_modify_prot_start(): until the commit the hardware cannot set a bit of it.
    const old = this.arch.ptepGetAndClear(vma.mm, address, ptep);
    const pte = this.#changed(vma, old, flags, this.changeWritable);
    // ptep_modify_prot_commit().
    this.arch.setPteAt(vma.mm, address, ptep, pte);
  }

  /** What becomes of an entry that was taken out, or of a huge page's. */
  #changed(vma: Vma, old: Pte, flags: ChangeProtection, rule: ChangeWritable): Pte {
    // pte_modify(): the protection of a private mapping has no write bit, and what was used stays noted.
    let pte = this.arch.pteWrprotect(old);
    if (flags.uffdWp === true) pte = this.arch.pteMkuffdWp(pte);
    if (flags.uffdWpResolve === true) pte = this.arch.pteClearUffdWp(pte);
    if (flags.tryChangeWritable === true && rule.canChangePteWritable(this.memory, vma, pte)) {
      pte = this.arch.pteMkwrite(pte);
    }
    return pte;
  }

  /**
   * Of a swap entry the uffd-wp bit alone changes, and a writable migration entry becomes readable: what the new
   * protection allows is for the next fault. @returns whether it has changed
   */
  #changeSwapped(
    vma: Vma,
    address: VirtualAddress,
    ptep: Ptep,
    old: Pte,
    flags: ChangeProtection,
  ): boolean {
    let pte = old;
    const entry = this.arch.pteToSwpEntry(old);
    if (isWritableMigrationEntry(entry)) {
      const pfn = swpOffset(entry);
      const readable = this.exclusive.isTracked
        ? makeReadableExclusiveMigrationEntry(pfn)
        : makeReadableMigrationEntry(pfn);
      pte = withSwpEntry(this.arch, old, readable);
    }
    if (flags.uffdWp === true) pte = this.arch.pteSwpMkuffdWp(pte);
    if (flags.uffdWpResolve === true) pte = this.arch.pteSwpClearUffdWp(pte);
    if (this.arch.pteSame(old, pte)) return false;
    this.arch.setPteAt(vma.mm, address, ptep, pte);
    return true;
  }
}
