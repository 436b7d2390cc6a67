import { inject, injectable } from '@pagerace/di';
import { kernelFunction } from '@pagerace/machine';
import { type Mm, TLB, type Tlb, type VirtualAddress } from '@pagerace/page-model';
import { InterruptFlush } from '@pagerace/pgtable-generic';

/**
 * Interrupts the CPUs that run the process, and orders nothing by itself where there is no other one
 * (v6.1). Where nobody but the caller uses the process the kernel interrupts nobody, which is not told
 * apart. That mm_cpumask() is read without a barrier after the entry's store is not modelled: which CPUs
 * run a process does not change.
 */
@injectable()
export class LoongarchTlbFlush extends InterruptFlush {
  constructor(@inject(TLB) tlb: Tlb) {
    super(tlb);
  }

  @kernelFunction('arch/loongarch/kernel/smp.c')
  override flushTlbPage(mm: Mm, address: VirtualAddress): void {
    this.flushTlbMulti(mm.cpumask, { mm, start: address, end: address + mm.memory.pageSize });
  }

  @kernelFunction('arch/loongarch/kernel/smp.c')
  override flushTlbRange(mm: Mm, start: VirtualAddress, end: VirtualAddress): void {
    this.flushTlbMulti(mm.cpumask, { mm, start, end });
  }
}
