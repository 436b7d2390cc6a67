import { inject, injectable } from '@pagerace/di';
import { kernelFunction, MACHINE, type Machine } from '@pagerace/machine';
import { type Mm, TLB, type Tlb, type VirtualAddress } from '@pagerace/page-model';
import { InterruptFlush } from '@pagerace/pgtable-generic';

/**
 * Interrupts every CPU, whether it runs the process or not (smp_on_other_tlbs(), v6.1). Where nobody
 * but the caller uses the process the kernel interrupts nobody, which is not told apart.
 */
@injectable()
export class MipsIpiTlbFlush extends InterruptFlush {
  readonly #machine: Machine;

  constructor(@inject(TLB) tlb: Tlb, @inject(MACHINE) machine: Machine) {
    super(tlb);
    this.#machine = machine;
  }

  @kernelFunction('arch/mips/kernel/smp.c')
  override flushTlbPage(mm: Mm, address: VirtualAddress): void {
    const end = address + mm.memory.pageSize;
    this.flushTlbMulti(this.#machine.cpus, { mm, start: address, end });
  }

  @kernelFunction('arch/mips/kernel/smp.c')
  override flushTlbRange(mm: Mm, start: VirtualAddress, end: VirtualAddress): void {
    this.flushTlbMulti(this.#machine.cpus, { mm, start, end });
  }
}
