import { inject, injectable, token } from '@pagerace/di';
import {
  cell,
  type Cell,
  type Cpu,
  current,
  MACHINE,
  type Machine,
  Order,
  PerCpu,
  thisCpu,
  trace,
} from '@pagerace/machine';
import { TLB, type Tlb, type TlbRange } from '@pagerace/page-model';

export const TRANSLATIONS = token<Translations>('pgtable-generic.Translations');

const isIdle = (translating: number): boolean => translating === 0;
const begin = (): number => 1;

/**
 * The user accesses that are under way on each CPU, from page walk to load or store, and the
 * invalidation of the translations that they go by.
 *
 * To invalidate is to wait for each: the access is before the invalidation, and what follows it on
 * that CPU sees what the invalidator did before. It orders nothing else of the invalidator's; the
 * barriers around an instruction such as `tlbi` are sites of their own. Where a TLB is modelled the
 * invalidation itself orders nothing: without a barrier before it, a walk that follows it may still
 * read the old entry.
 */
@injectable()
export class Translations {
  readonly #machine: Machine;
  /** 1 while the CPU is in the middle of an access. */
  readonly #translating: PerCpu<Cell<number>>;

  constructor(
    @inject(MACHINE) machine: Machine,
    @inject(TLB) private readonly tlb: Tlb,
  ) {
    this.#machine = machine;
    this.#translating = new PerCpu(machine, ({ id }) => cell(0, `cpu${String(id)}.translating`));
  }

  /** Runs one access of this CPU. */
  during<T>(access: () => T): T {
    if (this.tlb.isModelled) return this.tlb.during(access);
    const translating = this.#translating.on(thisCpu());
    translating.awaitUpdate(isIdle, begin, Order.acquire);
    const result = access();
    translating.write(0, Order.release);
    return result;
  }

  /**
   * Waits for the accesses on the other ones of these CPUs, and makes all forget.
   *
   * @param instruction for the timeline: `TLBI`
   * @param cpus by default every one
   * @param range what they forget; by default everything
   */
  invalidate(
    instruction: string,
    cpus: readonly Cpu[] = this.#machine.cpus,
    range?: TlbRange,
  ): void {
    for (const cpu of cpus) {
      if (this.tlb.isModelled) {
        trace(instruction);
        this.tlb.invalidateAtOnce(cpu, range);
        continue;
      }
      if (cpu === current().cpu) continue;
      const translating = this.#translating.on(cpu);
      trace(instruction);
      translating.awaitUpdate(isIdle, begin, Order.acquire);
      translating.write(0, Order.release);
    }
  }
}
