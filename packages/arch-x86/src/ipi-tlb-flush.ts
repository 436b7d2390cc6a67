import { injectable } from '@pagerace/di';
import {
  current,
  kernelFunction,
  localIrqRestore,
  localIrqSave,
  smpCallFunctionMany,
  smpMb,
  TaskLocal,
  type Cpu,
} from '@pagerace/machine';
import type { Mm, TlbFlush, VirtualAddress } from '@pagerace/page-model';

const noCpus: ReadonlySet<Cpu> = new Set();

/**
 * Flushes by inter-processor interrupt (arch/x86/mm/tlb.c, v5.17): the sender waits until each CPU that
 * runs the process has taken it, so also for sections with interrupts off, such as those of GUP-fast.
 *
 * CPUs that are preempted by a hypervisor or that only borrow the mm (lazy TLB) are not modelled.
 */
@injectable()
export class IpiTlbFlush implements TlbFlush {
  /** current->tlb_ubc: the CPUs that the task's next batch flush is to reach. */
  readonly #batch = new TaskLocal<ReadonlySet<Cpu>>(() => noCpus);

  @kernelFunction('arch/x86/mm/tlb.c', 'flush_tlb_mm_range')
  flushTlbPage(mm: Mm, _address: VirtualAddress): void {
    this.#flush(mm);
  }

  @kernelFunction('arch/x86/mm/tlb.c', 'flush_tlb_mm_range')
  flushTlbRange(mm: Mm, _start: VirtualAddress, _end: VirtualAddress): void {
    this.#flush(mm);
  }

  /** Defers if another CPU would have to be interrupted (arch/x86/include/asm/tlbflush.h). */
  shouldDefer(mm: Mm): boolean {
    return mm.cpumask.some((cpu) => cpu !== current().cpu);
  }

  @kernelFunction('arch/x86/include/asm/tlbflush.h', 'arch_tlbbatch_add_mm')
  addToBatch(mm: Mm): void {
    incMmTlbGen();
    this.#batch.set(new Set([...this.#batch.get(), ...mm.cpumask]));
  }

  @kernelFunction('arch/x86/mm/tlb.c', 'arch_tlbbatch_flush')
  flushBatch(): void {
    const cpus = this.#batch.get();
    if (cpus.size === 0) return;
    this.#batch.set(noCpus);
    smpCallFunctionMany(cpus);
  }

  /** An interrupt comes between instructions, never within one. */
  duringAccess<T>(access: () => T): T {
    localIrqSave();
    const result = access();
    localIrqRestore();
    return result;
  }

  #flush(mm: Mm): void {
    incMmTlbGen();
    smpCallFunctionMany(mm.cpumask);
  }
}

/**
 * inc_mm_tlb_gen(): a locked increment, which nobody here reads, as no translation outlives its entry;
 * only that it is fully ordered matters.
 */
function incMmTlbGen(): void {
  smpMb('inc_mm_tlb_gen');
}
