import { token } from '@pagerace/di';
import type { VirtualAddress } from '../address.js';
import type { Mm } from '../mm/mm-struct.js';

export const TLB_FLUSH = token<TlbFlush>('page-model.TlbFlush', {
  providedBy: [
    '@pagerace/arch-arm',
    '@pagerace/arch-arm64',
    '@pagerace/arch-loongarch',
    '@pagerace/arch-mips',
    '@pagerace/arch-nios2',
    '@pagerace/arch-powerpc',
    '@pagerace/arch-riscv',
    '@pagerace/arch-s390',
    '@pagerace/arch-um',
    '@pagerace/arch-w',
    '@pagerace/arch-x86',
    '@pagerace/arch-xtensa',
  ],
});

/**
 * How the CPUs that run a process are made to forget translations, and what that waits for.
 *
 * A flush waits for accesses that are under way, and on some architectures for sections with interrupts
 * off. Where a TLB is modelled, it also makes each CPU forget, at a moment when that CPU is in no
 * access; elsewhere a CPU walks the page table for each access, and no translation outlives one.
 */
export interface TlbFlush {
  /** flush_tlb_page(). No CPU is in the middle of an access by the old entry when it returns. */
  flushTlbPage(mm: Mm, address: VirtualAddress): void;
  /**
   * flush_tlb_range().
   *
   * @param byAddress each address by itself: where that reaches only what maps a page, a walk cache may
   *   keep entries of a table that has been taken out. Default false
   */
  flushTlbRange(mm: Mm, start: VirtualAddress, end: VirtualAddress, byAddress?: boolean): void;
  /** arch_tlbbatch_should_defer(): whether reclaim had better flush once for many pages. */
  shouldDefer(mm: Mm): boolean;
  /** arch_tlbbatch_add_mm(): the next {@link flushBatch} of this task is to reach `mm` too. */
  addToBatch(mm: Mm): void;
  /** arch_tlbbatch_flush(). */
  flushBatch(): void;
  /** Runs one user access of this CPU, from its page walk to its load or store; flushes wait for it. */
  duringAccess<T>(access: () => T): T;
}
