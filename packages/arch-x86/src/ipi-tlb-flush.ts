import { inject, injectable } from '@pagerace/di';
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
import {
  type Mm,
  TLB,
  type Tlb,
  type TlbFlush,
  type TlbRange,
  type VirtualAddress,
} from '@pagerace/page-model';

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

  constructor(@inject(TLB) private readonly tlb: Tlb) {}

  @kernelFunction('arch/x86/mm/tlb.c', 'flush_tlb_mm_range')
  flushTlbPage(mm: Mm, address: VirtualAddress): void {
    this.#flush({ mm, start: address, end: address + mm.memory.pageSize });
  }

  @kernelFunction('arch/x86/mm/tlb.c', 'flush_tlb_mm_range')
  flushTlbRange(mm: Mm, start: VirtualAddress, end: VirtualAddress): void {
    this.#flush({ mm, start, end });
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
    this.flushTlbMulti(cpus);
  }

  /** An interrupt comes between instructions, never within one. */
  duringAccess<T>(access: () => T): T {
    localIrqSave();
    const result = access();
    localIrqRestore();
    return result;
  }

  /** flush_tlb_multi(), and flush_tlb_func() on this CPU if it is among them. */
  protected flushTlbMulti(cpus: Iterable<Cpu>, range?: TlbRange): void {
    smpCallFunctionMany(cpus, (cpu) => this.tlb.invalidate(cpu, range));
    const here = current().cpu;
    if (!this.tlb.isModelled || ![...cpus].includes(here)) return;
    localIrqSave();
    this.tlb.invalidate(here, range);
    localIrqRestore();
  }

  #flush(range: TlbRange): void {
    incMmTlbGen();
    this.flushTlbMulti(range.mm.cpumask, range);
  }
}

/**
 * inc_mm_tlb_gen(): a locked increment. Every CPU of the process is interrupted here, whether it has
 * seen the newest generation or not, so nobody reads it; only that it is fully ordered matters.
 */
function incMmTlbGen(): void {
  smpMb('inc_mm_tlb_gen');
}
