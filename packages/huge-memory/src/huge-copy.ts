import { ANON_DUP_RULE, type AnonDupRule } from '@pagerace/cow';
import { inject, injectable, token } from '@pagerace/di';
import { kernelFunction } from '@pagerace/machine';
import {
  ARCHITECTURE,
  type Architecture,
  MEMORY,
  type Memory,
  pgtableTransHugeDeposit,
  pmdAlloc,
  pmdLock,
  pmdUnlock,
  pteAllocOne,
  type Ptep,
  type VirtualAddress,
  type Vma,
} from '@pagerace/page-model';
import { HUGE_MEMORY, type HugeMemory } from './huge-memory.js';

export const HUGE_COPY = token<HugeCopy>('huge-memory.HugeCopy', {
  providedBy: ['@pagerace/huge-memory'],
});

/** Sharing a huge page with a child. */
export interface HugeCopy {
  /**
   * copy_huge_pmd(): maps in the child the huge page that the parent has mapped, read-only in both. Hold
   * both mmap_locks for writing, and let write_protect_seq be odd. The caller flushes.
   *
   * @param srcPmdp the parent's entry, in which a huge page was seen
   * @returns false for -EAGAIN: what is mapped there is to be copied one by one
   */
  copyHugePmd(dst: Vma, src: Vma, address: VirtualAddress, srcPmdp: Ptep): boolean;
}

/** mm/huge_memory.c of v6.1, but for the seam; since v5.9 (d042035eaf5f) a huge page that may be pinned is split. */
@injectable()
export class CopyHugePmd implements HugeCopy {
  constructor(
    @inject(ARCHITECTURE) private readonly arch: Architecture,
    @inject(MEMORY) private readonly memory: Memory,
    @inject(ANON_DUP_RULE) private readonly anonDup: AnonDupRule,
    @inject(HUGE_MEMORY) private readonly huge: HugeMemory,
  ) {}

  @kernelFunction('mm/huge_memory.c')
  copyHugePmd(dst: Vma, src: Vma, address: VirtualAddress, srcPmdp: Ptep): boolean {
    // The pages of a file are found again by a fault.
    if (!dst.isAnonymous) return true;
    const dstPmdp = pmdAlloc(dst.mm, address);
    pmdLock(dst.mm);
    pmdLock(src.mm, 1);
    const fate = this.#copy(dst, src, address, dstPmdp, srcPmdp);
    pmdUnlock(src.mm);
    pmdUnlock(dst.mm);
    if (fate === 'may be pinned') this.huge.splitHugePmd(src, address);
    return fate === 'copied';
  }

  /** Hold pmd_lock() of both. */
  #copy(
    dst: Vma,
    src: Vma,
    address: VirtualAddress,
    dstPmdp: Ptep,
    srcPmdp: Ptep,
  ): 'copied' | 'may be pinned' | 'not huge' {
    const { arch } = this;
    const pmd = arch.pmdpGet(srcPmdp);
    if (!arch.pmdTransHuge(pmd)) return 'not huge';
    const pte = arch.pmdPte(pmd);
    const head = this.memory.pageAt(arch.ptePfn(pte));
    if (!this.anonDup.tryDup(head, true, src)) return 'may be pinned';
    // The kernel has allocated the table before, and gives it back where it is not needed.
    pgtableTransHugeDeposit(dst.mm, dstPmdp, pteAllocOne(dst.mm, address, dstPmdp));
    arch.pmdpSetWrprotect(src.mm, address, srcPmdp);
    const shared = arch.pteHugePmd(arch.pteMkold(arch.pteWrprotect(pte)));
    arch.setPmdAt(dst.mm, address, dstPmdp, shared);
    return 'copied';
  }
}
