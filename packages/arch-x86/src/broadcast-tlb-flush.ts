import { inject, injectable } from '@pagerace/di';
import { type Cpu, current, kernelFunction, TaskLocal } from '@pagerace/machine';
import type { Mm, TlbFlush, TlbRange, VirtualAddress } from '@pagerace/page-model';
import { TRANSLATIONS, type Translations } from '@pagerace/pgtable-generic';
import { incMmTlbGen } from './ipi-tlb-flush.js';

/**
 * Flushes by the instructions INVLPGB and TLBSYNC of AMD (arch/x86/mm/tlb.c, v6.15): the hardware
 * tells the other CPUs, which need not take an interrupt. A flush waits for accesses that are under
 * way and for nothing else: GUP-fast goes on with what it has read.
 */
@injectable()
export class BroadcastTlbFlush implements TlbFlush {
  readonly #batch = new TaskLocal(() => false);

  constructor(@inject(TRANSLATIONS) private readonly translations: Translations) {}

  @kernelFunction('arch/x86/mm/tlb.c', 'broadcast_tlb_flush')
  flushTlbPage(mm: Mm, address: VirtualAddress): void {
    this.#flush(mm.cpumask, { mm, start: address, end: address + mm.memory.pageSize });
  }

  @kernelFunction('arch/x86/mm/tlb.c', 'broadcast_tlb_flush')
  flushTlbRange(mm: Mm, start: VirtualAddress, end: VirtualAddress): void {
    this.#flush(mm.cpumask, { mm, start, end });
  }

  shouldDefer(mm: Mm): boolean {
    return mm.cpumask.some((cpu) => cpu !== current().cpu);
  }

  @kernelFunction('arch/x86/include/asm/tlbflush.h', 'arch_tlbbatch_add_pending')
  addToBatch(_mm: Mm): void {
    incMmTlbGen();
    this.#batch.set(true);
  }

  @kernelFunction('arch/x86/mm/tlb.c', 'invlpgb_flush_all_nonglobals')
  flushBatch(): void {
    if (!this.#batch.get()) return;
    this.#batch.set(false);
    this.#flush();
  }

  duringAccess<T>(access: () => T): T {
    return this.translations.during(access);
  }

  /** @param cpus by default every one */
  #flush(cpus?: readonly Cpu[], range?: TlbRange): void {
    incMmTlbGen();
    this.translations.invalidate('INVLPGB, TLBSYNC', cpus, range);
  }
}
