import {
  type Cpu,
  current,
  localIrqRestore,
  localIrqSave,
  smpCallFunctionMany,
} from '@pagerace/machine';
import type { Mm, Tlb, TlbFlush, TlbRange, VirtualAddress } from '@pagerace/page-model';

/**
 * A TLB flush by inter-processor interrupt. The sender waits until each CPU has taken it, so also for
 * sections with interrupts off, such as those of GUP-fast. Reclaim flushes for each page, as without
 * CONFIG_ARCH_WANT_BATCHED_UNMAP_TLB_FLUSH.
 */
export abstract class InterruptFlush implements TlbFlush {
  constructor(protected readonly tlb: Tlb) {}

  abstract flushTlbPage(mm: Mm, address: VirtualAddress): void;

  abstract flushTlbRange(mm: Mm, start: VirtualAddress, end: VirtualAddress): void;

  shouldDefer(_mm: Mm): boolean {
    return false;
  }

  addToBatch(_mm: Mm): void {
    // Nothing is deferred.
  }

  flushBatch(): void {
    // Nothing is deferred.
  }

  /** An interrupt comes between instructions, never within one. */
  duringAccess<T>(access: () => T): T {
    localIrqSave();
    const result = access();
    localIrqRestore();
    return result;
  }

  /** Runs the flush on each of the CPUs: by interrupt, and directly on this one if it is among them. */
  protected flushTlbMulti(cpus: Iterable<Cpu>, range?: TlbRange): void {
    smpCallFunctionMany(cpus, (cpu) => this.tlb.invalidate(cpu, range));
    const here = current().cpu;
    if (!this.tlb.isModelled || ![...cpus].includes(here)) return;
    localIrqSave();
    this.tlb.invalidate(here, range);
    localIrqRestore();
  }
}
