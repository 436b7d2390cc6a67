import { inject, injectable } from '@pagerace/di';
import {
  barrierInstruction,
  type Cpu,
  current,
  Fence,
  kernelFunction,
  TaskLocal,
} from '@pagerace/machine';
import { type Mm, TLB, type Tlb, type TlbRange, type VirtualAddress } from '@pagerace/page-model';
import { InterruptFlush } from '@pagerace/pgtable-generic';

const noCpus: ReadonlySet<Cpu> = new Set();

/**
 * Flushes by inter-processor interrupt (arch/x86/mm/tlb.c, v5.17): the sender waits until each CPU that
 * runs the process has taken it, so also for sections with interrupts off, such as those of GUP-fast.
 *
 * CPUs that only borrow the mm (lazy TLB) are not modelled.
 */
@injectable()
export class IpiTlbFlush extends InterruptFlush {
  /** current->tlb_ubc: the CPUs that the task's next batch flush is to reach. */
  readonly #batch = new TaskLocal<ReadonlySet<Cpu>>(() => noCpus);

  constructor(@inject(TLB) tlb: Tlb) {
    super(tlb);
  }

  @kernelFunction('arch/x86/mm/tlb.c', 'flush_tlb_mm_range')
  override flushTlbPage(mm: Mm, address: VirtualAddress): void {
    this.#flush({ mm, start: address, end: address + mm.memory.pageSize });
  }

  @kernelFunction('arch/x86/mm/tlb.c', 'flush_tlb_mm_range')
  override flushTlbRange(mm: Mm, start: VirtualAddress, end: VirtualAddress): void {
    this.#flush({ mm, start, end });
  }

  /** Defers if another CPU would have to be interrupted (arch/x86/include/asm/tlbflush.h). */
  override shouldDefer(mm: Mm): boolean {
    return mm.cpumask.some((cpu) => cpu !== current().cpu);
  }

  @kernelFunction('arch/x86/include/asm/tlbflush.h', 'arch_tlbbatch_add_mm')
  override addToBatch(mm: Mm): void {
    incMmTlbGen();
    this.#batch.set(new Set([...this.#batch.get(), ...mm.cpumask]));
  }

  @kernelFunction('arch/x86/mm/tlb.c', 'arch_tlbbatch_flush')
  override flushBatch(): void {
    const cpus = this.#batch.get();
    if (cpus.size === 0) return;
    this.#batch.set(noCpus);
    this.flushTlbMulti(cpus);
  }

  #flush(range: TlbRange): void {
    incMmTlbGen();
    this.flushTlbMulti(range.mm.cpumask, range);
  }
}

/**
 * inc_mm_tlb_gen(): atomic64_inc_return(), a locked increment. Every CPU of the process is interrupted here, whether it has
 * seen the newest generation or not, so nobody reads it; only that it is fully ordered matters.
 */
export function incMmTlbGen(): void {
  barrierInstruction('atomic64_inc_return', Fence.full);
}
