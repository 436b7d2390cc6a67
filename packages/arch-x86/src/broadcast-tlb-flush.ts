import { inject, injectable } from '@pagerace/di';
import {
  cell,
  type Cell,
  type Cpu,
  current,
  kernelFunction,
  MACHINE,
  type Machine,
  Order,
  PerCpu,
  smpMb,
  TaskLocal,
  thisCpu,
  trace,
} from '@pagerace/machine';
import type { Mm, TlbFlush, VirtualAddress } from '@pagerace/page-model';

const isIdle = (translating: number): boolean => translating === 0;
const begin = (): number => 1;

/**
 * Flushes by the instructions INVLPGB and TLBSYNC of AMD (arch/x86/mm/tlb.c, v6.15): the hardware
 * tells the other CPUs, which need not take an interrupt. A flush waits for accesses that are under
 * way and for nothing else: GUP-fast goes on with what it has read.
 */
@injectable()
export class BroadcastTlbFlush implements TlbFlush {
  /** 1 while the CPU is in the middle of an access. */
  readonly #translating: PerCpu<Cell<number>>;
  readonly #machine: Machine;
  readonly #batch = new TaskLocal(() => false);

  constructor(@inject(MACHINE) machine: Machine) {
    this.#machine = machine;
    this.#translating = new PerCpu(machine, ({ id }) => cell(0, `cpu${String(id)}.translating`));
  }

  @kernelFunction('arch/x86/mm/tlb.c', 'broadcast_tlb_flush')
  flushTlbPage(mm: Mm, _address: VirtualAddress): void {
    this.#flush(mm.cpumask);
  }

  @kernelFunction('arch/x86/mm/tlb.c', 'broadcast_tlb_flush')
  flushTlbRange(mm: Mm, _start: VirtualAddress, _end: VirtualAddress): void {
    this.#flush(mm.cpumask);
  }

  shouldDefer(mm: Mm): boolean {
    return mm.cpumask.some((cpu) => cpu !== current().cpu);
  }

  @kernelFunction('arch/x86/include/asm/tlbflush.h', 'arch_tlbbatch_add_pending')
  addToBatch(_mm: Mm): void {
    smpMb('inc_mm_tlb_gen');
    this.#batch.set(true);
  }

  @kernelFunction('arch/x86/mm/tlb.c', 'invlpgb_flush_all_nonglobals')
  flushBatch(): void {
    if (!this.#batch.get()) return;
    this.#batch.set(false);
    this.#flush(this.#machine.cpus);
  }

  duringAccess<T>(access: () => T): T {
    const translating = this.#translating.on(thisCpu());
    translating.awaitUpdate(isIdle, begin, Order.acquire);
    const result = access();
    translating.write(0, Order.release);
    return result;
  }

  #flush(cpus: readonly Cpu[]): void {
    smpMb('inc_mm_tlb_gen');
    for (const cpu of cpus) {
      if (cpu === current().cpu) continue;
      const translating = this.#translating.on(cpu);
      trace('INVLPGB, TLBSYNC');
      translating.awaitUpdate(isIdle, begin, Order.full);
      translating.write(0, Order.release);
    }
  }
}
