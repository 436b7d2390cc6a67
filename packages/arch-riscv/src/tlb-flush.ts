import { inject, injectable } from '@pagerace/di';
import { current, kernelFunction } from '@pagerace/machine';
import type { Mm, TlbRange, VirtualAddress } from '@pagerace/page-model';
import { TRANSLATIONS, type Translations, UndeferredFlush } from '@pagerace/pgtable-generic';

/**
 * Asks the firmware (SBI) to run `sfence.vma` on the other CPUs. It interrupts them in machine mode,
 * which the kernel's interrupts-off does not hold up: a flush waits for accesses under way, and not for
 * GUP-fast. arch/riscv/mm/tlbflush.c, v6.1; reclaim defers it since v6.8, which is not modelled, nor are
 * interrupts of the kernel's own in its place (riscv_use_ipi_for_rfence(), v6.4).
 */
@injectable()
export class RiscvTlbFlush extends UndeferredFlush {
  constructor(@inject(TRANSLATIONS) translations: Translations) {
    super(translations);
  }

  @kernelFunction('arch/riscv/mm/tlbflush.c')
  override flushTlbPage(mm: Mm, address: VirtualAddress): void {
    const end = address + mm.memory.pageSize;
    // sfence.vma with an address is of the last level only.
    this.sbiTlbFlushRange({ mm, start: address, end, lastLevelOnly: true });
  }

  /**
   * Unless by address, flush_tlb_mm(): the kernel calls that instead at the end of munmap(), because a
   * table may have been taken out (tlb_flush(), v6.1). That a flush by address is of everything where no
   * other CPU runs the process, and may be with some firmware, is not told apart.
   */
  @kernelFunction('arch/riscv/mm/tlbflush.c')
  override flushTlbRange(
    mm: Mm,
    start: VirtualAddress,
    end: VirtualAddress,
    byAddress = false,
  ): void {
    this.sbiTlbFlushRange({ mm, start, end, lastLevelOnly: byAddress });
  }

  /** Has no barrier of its own; the atomic_long_xchg() of whoever clears an entry is one. */
  @kernelFunction('arch/riscv/mm/tlbflush.c', '__sbi_tlb_flush_range')
  protected sbiTlbFlushRange(range: TlbRange): void {
    // Read twice: to see whether it has others, and to tell the firmware.
    const isRemote = range.mm.cpumask.some((cpu) => cpu !== current().cpu);
    const instruction = isRemote ? 'sbi_remote_sfence_vma' : 'sfence.vma';
    this.translations.invalidate(instruction, range.mm.cpumask, range);
  }
}
