import { inject, injectable, token } from '@pagerace/di';
import { asOf, commit, history, since } from '@pagerace/history';
import { HUGE_MEMORY, type HugeMemory } from '@pagerace/huge-memory';
import { kernelFunction } from '@pagerace/machine';
import {
  ARCHITECTURE,
  type Architecture,
  flushTlbMm,
  MEMORY,
  type Memory,
  type Mm,
  mmapWriteLock,
  mmapWriteUnlock,
  mmuNotified,
  pageNeedsCowForDma,
  pmdRanges,
  type Pte,
  type Ptep,
  pteOffsetMapLock,
  pteUnmapUnlock,
  TLB_FLUSH,
  type TlbFlush,
  type VirtualAddress,
  VM_SHARED,
  VM_SOFTDIRTY,
  type Vma,
  walkToPmd,
} from '@pagerace/page-model';

export const CLEAR_REFS = token<ClearRefs>('mprotect.ClearRefs', {
  providedBy: ['@pagerace/mprotect'],
});

export const SOFT_DIRTY_PINS = token<SoftDirtyPins>('mprotect.SoftDirtyPins', {
  providedBy: ['@pagerace/mprotect'],
});

/** The seam of pte_is_pinned(): whether clear_soft_dirty() leaves pages alone that may be pinned. */
export interface SoftDirtyPins {
  readonly areSpared: boolean;
}

export const clearRefsPins = commit({
  id: 'clear-refs-pins',
  title: "mm: don't play games with pinned pages in clear_page_refs",
  commit: '9348b73c2e1b',
  since: 'v5.11',
});

/** mmap_lock is held for writing all the while since then, as {@link ClearRefs} does. */
export const clearRefsLocking = commit({
  id: 'clear-refs-locking',
  title: 'mm: fix clear_refs_write locking',
  commit: '29a951dfb3c3',
  since: 'v5.11',
});

export const softDirtyPins = history(SOFT_DIRTY_PINS, 'fs/proc/task_mmu.c:clear_soft_dirty()', [
  asOf('v4.12', { areSpared: false }),
  since(clearRefsPins, { areSpared: true }),
]);

/** fs/proc/task_mmu.c of v5.17 but for the seam. */
@injectable()
export class ClearRefs {
  constructor(
    @inject(ARCHITECTURE) private readonly arch: Architecture,
    @inject(MEMORY) private readonly memory: Memory,
    @inject(TLB_FLUSH) private readonly tlb: TlbFlush,
    @inject(SOFT_DIRTY_PINS) private readonly pins: SoftDirtyPins,
    @inject(HUGE_MEMORY) private readonly huge: HugeMemory,
  ) {}

  /** Writes 4 to /proc/pid/clear_refs, CLEAR_REFS_SOFT_DIRTY: from now on what is written to becomes soft-dirty. */
  @kernelFunction('fs/proc/task_mmu.c', 'clear_refs_write')
  clearSoftDirty(mm: Mm): void {
    mmapWriteLock(mm);
    for (const vma of mm.vmas) {
      if (this.arch.hasSoftDirty && vma.has(VM_SOFTDIRTY)) vma.vmFlags &= ~VM_SOFTDIRTY;
    }
    mmuNotified(mm, 0, Number.MAX_SAFE_INTEGER, () => {
      for (const vma of mm.vmas) {
        for (const [start, end] of pmdRanges(this.memory, vma.start, vma.end)) {
          this.clearRefsPteRange(vma, start, end);
        }
      }
    });
    flushTlbMm(this.tlb, mm);
    mmapWriteUnlock(mm);
  }

  @kernelFunction('fs/proc/task_mmu.c')
  clearRefsPteRange(vma: Vma, start: VirtualAddress, end: VirtualAddress): void {
    if (this.memory.hasHugePages && this.clearSoftDirtyPmd(vma, start)) return;
    const locked = pteOffsetMapLock(vma.mm, start);
    if (locked === undefined) return;
    // Without CONFIG_MEM_SOFT_DIRTY clear_soft_dirty() is empty.
    for (let address = start; this.arch.hasSoftDirty && address < end;) {
      this.#clearSoftDirty(vma, address, locked.table.entry(address)!);
      address += this.memory.pageSize;
    }
    pteUnmapUnlock(locked);
  }

  /** Of a huge page, pinned or not. @returns whether there is one */
  @kernelFunction('fs/proc/task_mmu.c')
  clearSoftDirtyPmd(vma: Vma, start: VirtualAddress): boolean {
    const above = walkToPmd(vma.mm, start);
    if (above === undefined || !this.arch.pmdTransHuge(above.pmd)) return false;
    if (!this.arch.hasSoftDirty) return true;
    return this.huge.changeHugePmd(vma, start, (pte) =>
      this.arch.pteClearSoftDirty(this.arch.pteWrprotect(pte)),
    );
  }

  /** clear_soft_dirty(): the next write must fault, to be noticed. Of a swap entry the soft-dirty bit alone changes. */
  #clearSoftDirty(vma: Vma, address: VirtualAddress, ptep: Ptep): void {
    const pte = this.arch.ptepGet(ptep);
    if (this.arch.ptePresent(pte)) {
      if (this.pins.areSpared && this.#pteIsPinned(vma, pte)) return;
      const old = this.arch.ptepGetAndClear(vma.mm, address, ptep);
      const clean = this.arch.pteClearSoftDirty(this.arch.pteWrprotect(old));
      this.arch.setPteAt(vma.mm, address, ptep, clean);
    } else if (!this.arch.pteNone(pte)) {
      this.arch.setPteAt(vma.mm, address, ptep, this.arch.pteSwpClearSoftDirty(pte));
    }
  }

  #pteIsPinned(vma: Vma, pte: Pte): boolean {
    if (!this.arch.pteWrite(pte) || vma.has(VM_SHARED) || this.arch.pteSpecial(pte)) return false;
    // MMF_HAS_PINNED, and page_maybe_dma_pinned().
    return pageNeedsCowForDma(vma, this.memory.pageAt(this.arch.ptePfn(pte)));
  }
}
