import { choose, taskName, thisCpu, Violation } from '@pagerace/machine';
import type { VirtualAddress } from '../address.js';
import type { Architecture, PageTableLevel } from '../architecture.js';
import type { Mm } from '../mm/mm-struct.js';
import { hugeSubpage } from '../page/huge-page.js';
import type { PageContents } from '../page/page-contents.js';
import type { Page } from '../page/page.js';
import type { Pte, Ptep } from '../page-table/page-table-entry.js';
import { type PmdWalk, pteOffsetMap, walkToPmd } from '../page-table/page-table-walk.js';
import { type CachedEntry, leadsToTable, type Tlb } from './tlb.js';

/** Violated by an access through a translation that should be gone: to a page that was freed since. */
export const STALE_TRANSLATION = 'I-TLB';

/** Where a walk ended: at an entry that maps a page, or could. */
interface Leaf {
  readonly entryp: Ptep;
  readonly level: PageTableLevel;
  /** The entry as it was read. */
  readonly found: Pte;
  /** The entry above as it was read; undefined if the entry is a huge page's. */
  readonly table?: Pte;
}

/** What an access goes by. */
interface Translation {
  readonly page: Page;
  /** The allocation of the page that the translation was made for. */
  readonly generation: number;
}

/**
 * The page-table walker of a CPU that has a TLB. To be called during an access of that CPU.
 *
 * It is modelled at the access, not as a thread that fills the TLB: the walker looks at the table, and
 * where what it finds does not differ, for this access, from what the CPU has kept, that is that. Where
 * it differs, each kept translation is one more execution; to use none stands for an entry that has
 * been evicted. So walks that nobody uses and evictions that change nothing cost no execution.
 */
export class PageWalker {
  constructor(
    private readonly arch: Architecture,
    private readonly tlb: Tlb,
  ) {}

  /** What an access reaches; undefined if it faults, and then the CPU has forgotten the address. */
  translate(mm: Mm, address: VirtualAddress, write: boolean): PageContents | undefined {
    for (;;) {
      const cached = this.tlb.lookup(mm, address);
      const leaf = this.#leaf(mm, address, chosen(this.#above(mm, address, cached)));
      const pte = leaf === undefined ? this.arch.none : this.#pte(mm, leaf.level, leaf.found);
      const kept = chosen(['none', ...this.#kept(address, cached, pte, write)] as const);
      if (kept !== 'none' && kept !== 'fault') return reached(kept, mm, address);
      if (kept === 'fault' || leaf === undefined || !this.arch.walkerPermits(pte, write)) {
        this.tlb.forget(mm, address);
        return undefined;
      }
      const used = this.arch.walkerUses(leaf.entryp, leaf.found, write);
      if (used !== undefined) return reached(this.#keep(mm, address, leaf, used), mm, address);
    }
  }

  /**
   * The walker looks an address up before anybody asks, as a CPU may at any time: for a prefetch, or
   * an access that it then does not make.
   */
  speculate(mm: Mm, address: VirtualAddress): void {
    const leaf = this.#leaf(mm, address, walkToPmd(mm, address));
    if (leaf === undefined) return;
    const { entryp, level, found } = leaf;
    if (this.arch.walkerPermits(this.#pte(mm, level, found), false)) {
      const used = this.arch.walkerUses(entryp, found, false);
      if (used !== undefined) this.#keep(mm, address, leaf, used);
    } else if (this.#mayKeepInvalid(found)) {
      this.tlb.add(cachedEntry(mm, address, level, found));
    }
  }

  /** The entry above the last level as the table has it, and each other one that the walk cache has. */
  #above(
    mm: Mm,
    address: VirtualAddress,
    cached: readonly CachedEntry[],
  ): readonly (PmdWalk | undefined)[] {
    const fresh = walkToPmd(mm, address);
    if (fresh === undefined) return [fresh];
    const stale = cached
      .filter((one) => leadsToTable(one) && one.entry !== fresh.pmd)
      .map(({ entry }) => ({ pmdp: fresh.pmdp, pmd: entry }));
    return [fresh, ...stale];
  }

  /** @throws {Violation} if the walk is through a table that was freed, or is none any more */
  #leaf(mm: Mm, address: VirtualAddress, above: PmdWalk | undefined): Leaf | undefined {
    if (above === undefined) return undefined;
    const { pmdp, pmd } = above;
    const [upper, last] = mm.memory.levels.slice(-2);
    if (this.arch.pmdTransHuge(pmd)) return { entryp: pmdp, level: upper!, found: pmd };
    if (this.arch.walkerFollows?.(pmd) === false) return undefined;
    const walk = pteOffsetMap(mm, above, address);
    if (walk === undefined) return undefined;
    if (!walk.table.isStillOf(pmdp)) {
      throw new Violation(
        STALE_TRANSLATION,
        `${where()} walks through ${walk.table.name}, which is no page table any more`,
      );
    }
    const found = this.arch.ptepGet(walk.ptep);
    return { entryp: walk.ptep, level: last!, found, table: pmd };
  }

  /** What the access may do by kept translations that it does not do by the entry that was found. */
  #kept(
    address: VirtualAddress,
    cached: readonly CachedEntry[],
    found: Pte,
    write: boolean,
  ): readonly (Translation | 'fault')[] {
    const now = this.#serves(found, write) ? this.arch.ptePfn(found) : undefined;
    const kept = new Map<string, Translation | 'fault'>();
    for (const one of cached) {
      const { mm, level, entry, generation } = one;
      if (leadsToTable(one)) continue;
      if (generation === undefined) {
        if (this.arch.walkerPermits(found, write)) kept.set('fault', 'fault');
      } else if (this.#serves(this.#pte(mm, level, entry), write)) {
        const page = this.#page(mm, address, level, entry);
        if (page.pfn !== now) {
          kept.set(`${String(page.pfn)}:${String(generation)}`, { page, generation });
        }
      }
    }
    return [...kept.values()];
  }

  /** Whether an access can go by an entry without a look at the table: nothing in it is to be set. */
  #serves(pte: Pte, write: boolean): boolean {
    const { arch } = this;
    return arch.walkerPermits(pte, write) && arch.pteYoung(pte) && (!write || arch.pteDirty(pte));
  }

  #mayKeepInvalid(entry: Pte): boolean {
    return this.arch.walkerKeepsInvalid === true && !this.arch.ptePresent(entry);
  }

  /** The entry as one of the last level. */
  #pte(mm: Mm, level: PageTableLevel, entry: Pte): Pte {
    return level === mm.memory.levels.at(-1) ? entry : this.arch.pmdPte(entry);
  }

  #page(mm: Mm, address: VirtualAddress, level: PageTableLevel, entry: Pte): Page {
    return level === mm.memory.levels.at(-1)
      ? mm.memory.pageAt(this.arch.ptePfn(entry))
      : hugeSubpage(mm.memory, entry, address);
  }

  #keep(mm: Mm, address: VirtualAddress, { level, table }: Leaf, entry: Pte): Translation {
    const page = this.#page(mm, address, level, entry);
    const { generation } = page.allocation;
    if (table !== undefined) {
      this.tlb.add(cachedEntry(mm, address, mm.memory.levels.at(-2)!, table));
    }
    this.tlb.add({ ...cachedEntry(mm, address, level, entry), generation });
    return { page, generation };
  }
}

function chosen<T>(ways: readonly T[]): T {
  return ways[ways.length === 1 ? 0 : choose(ways.length)]!;
}

function cachedEntry(
  mm: Mm,
  address: VirtualAddress,
  level: PageTableLevel,
  entry: Pte,
): CachedEntry {
  const size = 2 ** level.shift;
  const start = address - (address % size);
  return { mm, start, end: start + size, level, entry };
}

/** @throws {Violation} if the page has been freed since the translation was made */
function reached({ page, generation }: Translation, mm: Mm, address: VirtualAddress): PageContents {
  if (page.allocation.isStill(generation)) return page.contents;
  throw new Violation(
    STALE_TRANSLATION,
    `${where()} reaches ${page.name} by a translation of ${mm.name}:0x${address.toString(16)}, ` +
      `and the page has been freed since`,
  );
}

function where(): string {
  return `${taskName()} on ${thisCpu().toString()}`;
}
