import { inject, injectable, token } from '@pagerace/di';
import { ModelError } from '@pagerace/explorer';
import { kernelFunction, spinLockNested, spinUnlock } from '@pagerace/machine';
import {
  ARCHITECTURE,
  type Architecture,
  MEMORY,
  type Memory,
  type Mm,
  mmapWriteLock,
  mmapWriteUnlock,
  mmuNotified,
  pmdRanges,
  pteAlloc,
  type Pte,
  pteOffsetMapLock,
  pteUnmapUnlock,
  TLB_FLUSH,
  type TlbFlush,
  type VirtualAddress,
  type Vma,
  walkToPte,
} from '@pagerace/page-model';
import { RMAP, type Rmap } from '@pagerace/rmap';

export const MREMAP = token<Mremap>('mprotect.Mremap', { providedBy: ['@pagerace/mprotect'] });

const SINGLE_DEPTH_NESTING = 1;

/** mm/mremap.c of v5.17, for small pages of private anonymous mappings. */
@injectable()
export class Mremap {
  constructor(
    @inject(ARCHITECTURE) private readonly arch: Architecture,
    @inject(MEMORY) private readonly memory: Memory,
    @inject(TLB_FLUSH) private readonly tlb: TlbFlush,
    @inject(RMAP) private readonly rmap: Rmap,
  ) {}

  /** Makes the mapping that mremap() is going to move another to. During set-up, behind that of what is moved. */
  prepare(vma: Vma, start: VirtualAddress): Vma {
    const { mm, end, vmFlags, anonVma, pgoff } = vma;
    const pages = (end - vma.start) / this.memory.pageSize;
    if (anonVma === null) throw new ModelError(`mremap() of ${vma.toString()}, which is shared`);
    // copy_vma(): anon_vma_clone() links it behind the other, so that a walk meets the old entry or the new.
    return mm.mmap({ start, pages, vmFlags, anonVma, pgoff });
  }

  /** Moves what is in one mapping to another; both stay. */
  @kernelFunction('mm/mremap.c', 'move_vma')
  mremap(mm: Mm, from: VirtualAddress, to: VirtualAddress): void {
    mmapWriteLock(mm);
    this.movePageTables(mm.findVma(from)!, to);
    mmapWriteUnlock(mm);
  }

  @kernelFunction('mm/mremap.c')
  movePageTables({ mm, start, end }: Vma, newStart: VirtualAddress): void {
    const newOf = (address: VirtualAddress): VirtualAddress => newStart + address - start;
    mmuNotified(mm, start, end, () => {
      for (const [from, to] of pmdRanges(this.memory, start, end)) {
        // An extent is within one page table on either side.
        for (const [newFrom, newTo] of pmdRanges(this.memory, newOf(from), newOf(to))) {
          this.movePtes(mm, from + newFrom - newOf(from), newFrom, newTo - newFrom);
        }
      }
    });
  }

  @kernelFunction('mm/mremap.c')
  movePtes(mm: Mm, oldStart: VirtualAddress, newStart: VirtualAddress, length: number): void {
    const old = pteOffsetMapLock(mm, oldStart);
    if (old === undefined) return;
    pteAlloc(mm, newStart);
    const { table } = walkToPte(mm, newStart)!;
    if (table !== old.table) spinLockNested(table.ptl, SINGLE_DEPTH_NESTING);
    this.rmap.flushTlbBatchedPending(mm);
    let forceFlush = false;
    for (let offset = 0; offset < length; offset += this.memory.pageSize) {
      const oldPtep = old.table.entry(oldStart + offset)!;
      if (this.arch.pteNone(this.arch.ptepGet(oldPtep))) continue;
      const pte = this.arch.ptepGetAndClear(mm, oldStart + offset, oldPtep);
      if (this.arch.ptePresent(pte)) forceFlush = true;
      const moved = this.#moveSoftDirtyPte(pte);
      this.arch.setPteAt(mm, newStart + offset, table.entry(newStart + offset)!, moved);
    }
    // Under both locks: the old one keeps others from the old translation, the new one keeps the page.
    if (forceFlush) this.tlb.flushTlbRange(mm, oldStart, oldStart + length);
    if (table !== old.table) spinUnlock(table.ptl);
    pteUnmapUnlock(old);
  }

  /** move_soft_dirty_pte(): user space is to notice that the entry was moved. */
  #moveSoftDirtyPte(pte: Pte): Pte {
    return this.arch.ptePresent(pte)
      ? this.arch.pteMksoftDirty(pte)
      : this.arch.pteSwpMksoftDirty(pte);
  }
}
