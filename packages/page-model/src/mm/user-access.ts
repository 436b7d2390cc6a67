import { inject, injectable, token } from '@pagerace/di';
import { Fence, fence } from '@pagerace/explorer';
import { defineKernelFunction, Violation } from '@pagerace/machine';
import type { VirtualAddress } from '../address.js';
import { ARCHITECTURE, type Architecture } from '../architecture.js';
import {
  FAULT_FLAG_USER,
  FAULT_FLAG_WRITE,
  FAULT_HANDLER,
  type FaultHandler,
} from './fault-handler.js';
import type { Memory } from '../memory.js';
import { type Mm, mmapReadLock, mmapReadUnlock } from './mm-struct.js';
import type { PageContents } from '../page/page-contents.js';
import type { Pte, Ptep } from '../page-table/page-table-entry.js';
import { hugeSubpage } from '../page/huge-page.js';
import { type PmdWalk, pteOffsetMap, walkToPmd } from '../page-table/page-table-walk.js';
import { TLB_FLUSH, type TlbFlush } from '../tlb/tlb-flush.js';
import { VM_WRITE } from './vma.js';
import { PageWalker } from '../tlb/page-walker.js';
import { TLB, type Tlb } from '../tlb/tlb.js';

export const USER_ACCESS = token<UserAccess>('page-model.UserAccess');

/** A translation that the page-table walker has found. */
interface Translation {
  readonly ptep: Ptep;
  readonly pte: Pte;
  readonly contents: PageContents;
}

/** Loads and stores of user space: what a CPU does by itself, and the fault that it takes if it must. */
@injectable()
export class UserAccess {
  /** Where CPUs keep translations. */
  readonly #walker: PageWalker | undefined;
  /** The page-fault exception, up to handle_mm_fault(): do_user_addr_fault() on x86. */
  readonly pageFault: (mm: Mm, address: VirtualAddress, flags: number) => void;

  constructor(
    @inject(ARCHITECTURE) private readonly arch: Architecture,
    @inject(TLB_FLUSH) private readonly tlbFlush: TlbFlush,
    @inject(FAULT_HANDLER) private readonly faultHandler: FaultHandler,
    @inject(TLB) tlb: Tlb,
  ) {
    const { file, name } = arch.faultEntry;
    this.pageFault = defineKernelFunction(file, name, this.#pageFault.bind(this));
    if (tlb.isModelled) this.#walker = new PageWalker(arch, tlb);
  }

  /**
   * A load of one byte.
   *
   * Without a TLB the entry is looked at again after the load, and the load taken back if it has
   * changed: so it happens while the translation holds, as it does when a flush waits for loads under
   * way, and makes no event that a flush would have to be ordered with.
   */
  userRead(mm: Mm, address: VirtualAddress): number {
    if (this.#walker !== undefined) return this.#readByTlb(this.#walker, mm, address);
    for (;;) {
      const translation = this.#translate(mm, address, false);
      if (translation === undefined) {
        this.pageFault(mm, address, 0);
        continue;
      }
      const { ptep, pte, contents } = translation;
      const byte = this.#load(contents, mm, address, ptep, pte);
      if (byte !== undefined) return byte;
    }
  }

  /** A store of one byte; it fills the half of the page that it is in. */
  userWrite(mm: Mm, address: VirtualAddress, byte: number): void {
    const store = (): boolean => {
      const contents =
        this.#walker === undefined
          ? this.#translate(mm, address, true)?.contents
          : this.#walker.translate(mm, address, true);
      if (contents === undefined) return false;
      contents.store(address % mm.memory.pageSize, byte);
      return true;
    };
    while (!this.tlbFlush.duringAccess(store)) this.pageFault(mm, address, FAULT_FLAG_WRITE);
  }

  /**
   * This CPU walks to an address ahead of any access there, as it may at any time. Nothing without a
   * TLB.
   */
  speculate(mm: Mm, address: VirtualAddress): void {
    const walker = this.#walker;
    if (walker !== undefined) this.tlbFlush.duringAccess(() => walker.speculate(mm, address));
  }

  #pageFault(mm: Mm, address: VirtualAddress, flags: number): void {
    mmapReadLock(mm);
    const vma = mm.findVma(address);
    if (vma === undefined) {
      throw new Violation('SIGSEGV', `${mm.name} has nothing mapped at 0x${address.toString(16)}`);
    }
    // access_error().
    if ((flags & FAULT_FLAG_WRITE) !== 0 && !vma.has(VM_WRITE)) {
      throw new Violation('SIGSEGV', `${vma.toString()} may not be written to`);
    }
    const reason = this.faultHandler.handleMmFault(vma, address, flags | FAULT_FLAG_USER);
    mmapReadUnlock(mm);
    if (reason === 'VM_FAULT_SIGBUS')
      throw new Violation('SIGBUS', `the file ends before ${mm.name}'s 0x${address.toString(16)}`);
  }

  #readByTlb(walker: PageWalker, mm: Mm, address: VirtualAddress): number {
    const load = (): number | undefined =>
      walker.translate(mm, address, false)?.load(address % mm.memory.pageSize);
    for (;;) {
      const byte = this.tlbFlush.duringAccess(load);
      if (byte !== undefined) return byte;
      this.pageFault(mm, address, 0);
    }
  }

  /** What the page-table walker does; undefined if it raises a fault. */
  #translate(mm: Mm, address: VirtualAddress, write: boolean): Translation | undefined {
    for (;;) {
      const above = walkToPmd(mm, address);
      if (above === undefined) return undefined;
      if (this.arch.pmdTransHuge(above.pmd)) {
        const translation = this.#translateHuge(mm, address, above, write);
        if (translation === 'changed') continue;
        return translation;
      }
      if (this.arch.walkerFollows?.(above.pmd) === false) return undefined;
      const walk = pteOffsetMap(mm, above, address);
      if (walk === undefined) return undefined;
      const { ptep } = walk;
      const found = this.arch.ptepGet(ptep);
      if (!this.arch.walkerPermits(found, write)) return undefined;
      const pte = this.arch.walkerUses(ptep, found, write);
      if (pte === undefined) continue;
      return { ptep, pte, contents: contentsOf(mm.memory, this.arch.ptePfn(pte)) };
    }
  }

  /** The entry of a huge page is used, and marked, as one of the last level is. */
  #translateHuge(
    mm: Mm,
    address: VirtualAddress,
    { pmdp, pmd: found }: PmdWalk,
    write: boolean,
  ): Translation | 'changed' | undefined {
    if (!this.arch.walkerPermits(this.arch.pmdPte(found), write)) return undefined;
    const pmd = this.arch.walkerUses(pmdp, found, write);
    if (pmd === undefined) return 'changed';
    return { ptep: pmdp, pte: pmd, contents: hugeSubpage(mm.memory, pmd, address).contents };
  }

  /** The byte, or undefined if the translation did not last. */
  #load(
    contents: PageContents,
    mm: Mm,
    address: VirtualAddress,
    ptep: Ptep,
    pte: Pte,
  ): number | undefined {
    const bytes = contents.peek(address % mm.memory.pageSize);
    // Whoever sees what came after a flush sees the entry that was flushed: the hardware's own order.
    fence(Fence.read);
    if (this.arch.ptepGet(ptep) !== pte) return undefined;
    return bytes();
  }
}

function contentsOf(memory: Memory, pfn: number): PageContents {
  return memory.pageAt(pfn).contents;
}
