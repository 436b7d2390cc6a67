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
  thisCpu,
  trace,
} from '@pagerace/machine';
import type { VirtualAddress } from '../address.js';
import type { PageTableLevel } from '../architecture.js';
import { MEMORY_OPTIONS, type MemoryOptions } from '../memory.js';
import type { Mm } from '../mm-struct.js';
import type { Pte } from '../page-table-entry.js';

export const TLB = token<Tlb>('page-model.Tlb');

/** Addresses of a process: from `start` to before `end`. */
export interface TlbRange {
  readonly mm: Mm;
  readonly start: VirtualAddress;
  readonly end: VirtualAddress;
}

/** An entry that a walk has read, as a CPU keeps it; the range is what one entry of its level spans. */
export interface CachedEntry extends TlbRange {
  readonly level: PageTableLevel;
  readonly entry: Pte;
  /** Of an entry that maps a page: which allocation of the page it was. */
  readonly generation?: number;
}

type Cached = Cell<readonly CachedEntry[]>;

/**
 * What each CPU keeps of its page walks: translations, and the entries above them in a walk cache.
 *
 * A CPU keeps every entry that a walk of its own has used until it is invalidated or faults at that
 * address; the {@link PageWalker} decides at each access whether a kept one is used. It is looked at
 * and changed only while its CPU can be in no other access: the flush classes see to that, and a
 * data race is reported if they do not.
 */
@injectable()
export class Tlb {
  readonly #cached: PerCpu<Cached> | undefined;

  constructor(@inject(MACHINE) machine: Machine, @inject(MEMORY_OPTIONS) { tlb }: MemoryOptions) {
    if (tlb !== true) return;
    this.#cached = new PerCpu(machine, ({ id }) =>
      formatted(cell<readonly CachedEntry[]>([], `cpu${String(id)}.tlb`), describe),
    );
  }

  /** Whether CPUs keep anything; if not, nothing here makes an event. */
  get isModelled(): boolean {
    return this.#cached !== undefined;
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
   * does for INVLPG (Intel SDM volume 3A, 4.10.4.1).
   *
   * @param range by default everything
   */
  invalidate(cpu: Cpu, range?: TlbRange): void {
    if (!this.isModelled) return;
    this.#keep(cpu, (one) => range !== undefined && !isInvalidated(one, range));
  }

  #keep(cpu: Cpu, isKept: (one: CachedEntry) => boolean): void {
    const before = this.#read(cpu);
    const after = before.filter(isKept);
    if (after.length < before.length) this.#write(cpu, after);
  }

  #read(cpu: Cpu): readonly CachedEntry[] {
    trace('TLB lookup');
    return this.#cached!.on(cpu).read(Order.plain);
  }

  #write(cpu: Cpu, entries: readonly CachedEntry[]): void {
    trace('TLB update');
    this.#cached!.on(cpu).write(entries, Order.plain);
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
  return leadsToTable(one) || (one.start < range.end && range.start < one.end);
}

function describe(entries: readonly CachedEntry[]): string {
  const each = entries.map(({ mm, start, level, entry }) => {
    const described = mm.memory.arch.describe(entry, level);
    return `${mm.name}:${start.toString(16)} ${level.name} ${described}`;
  });
  return each.length === 0 ? 'empty' : each.join(', ');
}
