import { inject, injectable } from '@pagerace/di';
import { current, kernelFunction, smpMb } from '@pagerace/machine';
import type { Mm, TlbRange, VirtualAddress } from '@pagerace/page-model';
import { TRANSLATIONS, type Translations, UndeferredFlush } from '@pagerace/pgtable-generic';
import { tlbie } from './tlbie.js';

/**
 * Flushes by tlbie, which the hardware broadcasts, or by tlbiel where this CPU alone runs the process
 * (arch/powerpc/mm/book3s64/radix_tlb.c, v6.1). A kernel that has been told to flush by interrupts that
 * send tlbiel to each CPU is not modelled. For a page it is RIC_FLUSH_TLB, which leaves the walk cache
 * alone.
 */
@injectable()
export class RadixTlbFlush extends UndeferredFlush {
  constructor(@inject(TRANSLATIONS) translations: Translations) {
    super(translations);
  }

  @kernelFunction('arch/powerpc/mm/book3s64/radix_tlb.c', 'radix__flush_tlb_page_psize')
  override flushTlbPage(mm: Mm, address: VirtualAddress): void {
    const end = address + mm.memory.pageSize;
    this.#flush({ mm, start: address, end, lastLevelOnly: true });
  }

  @kernelFunction('arch/powerpc/mm/book3s64/radix_tlb.c', '__radix__flush_tlb_range')
  override flushTlbRange(mm: Mm, start: VirtualAddress, end: VirtualAddress): void {
    this.#flush({ mm, start, end });
  }

  #flush(range: TlbRange): void {
    // The store of the entry is before the load of mm_cpumask(): a CPU that begins to run the process
    // meanwhile either is seen there or sees the store. Pairs with switch_mm_irqs_off().
    smpMb();
    const { cpumask } = range.mm;
    // It has never run.
    if (cpumask.length === 0) return;
    const isLocal = cpumask.length === 1 && cpumask[0] === current().cpu;
    tlbie(this.translations, range, isLocal);
  }
}
