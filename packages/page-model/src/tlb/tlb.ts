import { inject, injectable, token } from '@pagerace/di';
import {
  cell,
  type Cell,
  type Cpu,
  formatted,
  MACHINE,
  type Machine,
  Order,
  PerCpu,
  TaskLocal,
  thisCpu,
  trace,
} from '@pagerace/machine';
import type { VirtualAddress } from '../address.js';
import type { PageTableLevel } from '../architecture.js';
import { MEMORY_OPTIONS, type MemoryOptions } from '../memory.js';
import type { Mm } from '../mm/mm-struct.js';
import type { Pte } from '../page-table/page-table-entry.js';

export const TLB = token<Tlb>('page-model.Tlb');

/** Addresses of a process: from `start` to before `end`. */
export interface TlbRange {
  readonly mm: Mm;
  readonly start: VirtualAddress;
  readonly end: VirtualAddress;
  /** Of an invalidation: of what maps pages only, and not of the walk cache. */
  readonly lastLevelOnly?: boolean;
}

/** An entry that a walk has read, as a CPU keeps it; the range is what one entry of its level spans. */
export interface CachedEntry extends TlbRange {
  readonly level: PageTableLevel;
  readonly entry: Pte;
  /** Of an entry that maps a page: which allocation of the page it was. */
  readonly generation?: number;
}

/** What a CPU has, and whether it is in the middle of an access that {@link Tlb.during} runs. */
interface State {
  readonly isBusy: boolean;
  readonly entries: readonly CachedEntry[];
}

const empty: State = { isBusy: false, entries: [] };
const isIdle = ({ isBusy }: State): boolean => !isBusy;
const makeBusy = ({ entries }: State): State => ({ isBusy: true, entries });

/**
 * What each CPU keeps of its page walks: translations, and the entries above them in a walk cache.
 *
 * A CPU keeps every entry that a walk of its own has used until it is invalidated or faults at that
 * address; the {@link PageWalker} decides at each access whether a kept one is used.
 *
 * Who invalidates must not come into the middle of an access. A flush by interrupt sees to that itself,
 * and a data race is reported if it does not: {@link invalidate}. For one that the hardware does,
 * accesses run {@link during} and the invalidation is one step, which orders nothing by itself:
 * {@link invalidateAtOnce}.
 */
@injectable()
export class Tlb {
  readonly #cached: PerCpu<Cell<State>> | undefined;
  /** What the CPU has during an access that {@link Tlb.during} runs. */
  readonly #during = new TaskLocal<readonly CachedEntry[] | undefined>(() => undefined);

  constructor(@inject(MACHINE) machine: Machine, @inject(MEMORY_OPTIONS) { tlb }: MemoryOptions) {
    if (tlb !== true) return;
    this.#cached = new PerCpu(machine, ({ id }) =>
      formatted(cell(empty, `cpu${String(id)}.tlb`), describe),
    );
  }

  /** Whether CPUs keep anything; if not, nothing here makes an event. */
  get isModelled(): boolean {
    return this.#cached !== undefined;
  }

  /** Runs one access of this CPU; {@link invalidateAtOnce} waits for it. */
  during<T>(access: () => T): T {
    const cached = this.#cached!.here();
    trace('TLB lookup');
    this.#during.set(cached.awaitUpdate(isIdle, makeBusy, Order.acquire).entries);
    const result = access();
    trace('TLB update');
    cached.write({ isBusy: false, entries: this.#during.get()! }, Order.release);
    this.#during.set(undefined);
    return result;
  }

  /** What this CPU has for an address. */
  lookup(mm: Mm, address: VirtualAddress): readonly CachedEntry[] {
    return this.#read(thisCpu()).filter((one) => covers(one, mm, address));
  }

  /** This CPU keeps an entry that it has walked through. */
  add(entry: CachedEntry): void {
    const before = this.#read(thisCpu());
    if (!before.some((one) => isSame(one, entry))) this.#write(thisCpu(), [...before, entry]);
  }

  /** This CPU forgets what it has for an address. */
  forget(mm: Mm, address: VirtualAddress): void {
    this.#keep(thisCpu(), (one) => !covers(one, mm, address));
  }

  /**
   * A CPU forgets the translations of a range, and all that its walk cache has of the process, as it
   * does for INVLPG (Intel SDM volume 3A, 4.10.4.1), unless {@link TlbRange.lastLevelOnly}.
   *
   * @param range by default everything
   */
  invalidate(cpu: Cpu, range?: TlbRange): void {
    if (!this.isModelled) return;
    this.#keep(cpu, (one) => range !== undefined && !isInvalidated(one, range));
  }

  /** The same, as soon as the CPU is in no access. Orders nothing of what is before or after it. */
  invalidateAtOnce(cpu: Cpu, range?: TlbRange): void {
    this.#cached!.on(cpu).awaitUpdate(
      isIdle,
      ({ entries }) => ({
        isBusy: false,
        entries: entries.filter((one) => range !== undefined && !isInvalidated(one, range)),
      }),
      Order.relaxed,
    );
  }

  #keep(cpu: Cpu, isKept: (one: CachedEntry) => boolean): void {
    const before = this.#read(cpu);
    const after = before.filter(isKept);
    if (after.length < before.length) this.#write(cpu, after);
  }

  #read(cpu: Cpu): readonly CachedEntry[] {
    const own = this.#during.get();
    if (own !== undefined) return own;
    trace('TLB lookup');
    return this.#cached!.on(cpu).read(Order.plain).entries;
  }

  #write(cpu: Cpu, entries: readonly CachedEntry[]): void {
    if (this.#during.get() !== undefined) {
      this.#during.set(entries);
      return;
    }
    trace('TLB update');
    this.#cached!.on(cpu).write({ isBusy: false, entries }, Order.plain);
  }
}

/** Whether an entry is from the walk cache: it leads to a table, and is no translation. */
export function leadsToTable({ mm, level, generation }: CachedEntry): boolean {
  return generation === undefined && level !== mm.memory.levels.at(-1);
}

function covers({ mm, start, end }: TlbRange, of: Mm, address: VirtualAddress): boolean {
  return mm === of && address >= start && address < end;
}

function isSame(one: CachedEntry, other: CachedEntry): boolean {
  return (
    covers(one, other.mm, other.start) &&
    one.level === other.level &&
    one.entry === other.entry &&
    one.generation === other.generation
  );
}

function isInvalidated(one: CachedEntry, range: TlbRange): boolean {
  if (one.mm !== range.mm) return false;
  if (leadsToTable(one)) return range.lastLevelOnly !== true;
  return one.start < range.end && range.start < one.end;
}

function describe({ entries }: State): string {
  const each = entries.map(({ mm, start, level, entry }) => {
    const described = mm.memory.arch.describe(entry, level);
    return `${mm.name}:${start.toString(16)} ${level.name} ${described}`;
  });
  return each.length === 0 ? 'empty' : each.join(', ');
}
