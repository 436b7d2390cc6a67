import { choose, taskName, thisCpu, Violation } from '@pagerace/machine';
import type { VirtualAddress } from '../address.js';
import type { Architecture } from '../architecture.js';
import type { Mm } from '../mm-struct.js';
import type { PageContents } from '../page-contents.js';
import type { Page } from '../page.js';
import type { Pte, Ptep } from '../page-table-entry.js';
import { walkToPte } from '../page-table-walk.js';
import type { CachedEntry, Tlb } from './tlb.js';

/** Violated by an access through a translation that should be gone: to a page that was freed since. */
export const STALE_TRANSLATION = 'I-TLB';

/** Where a CPU may find the entry for an address. */
interface Way {
  readonly ptep: Ptep;
  /** The entry above, as the way to it was found. */
  readonly pmd: Pte;
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
      const walked = this.#waysOf(mm, address, cached);
      const way = walked[walked.length === 1 ? 0 : choose(walked.length)];
      const found = way === undefined ? this.arch.none : this.arch.ptepGet(way.ptep);
      const kept = this.#stale(mm, cached, found, write);
      const chosen = kept.length === 0 ? 0 : choose(kept.length + 1);
      if (chosen > 0) return reached(kept[chosen - 1]!, mm, address);
      if (way === undefined || !this.arch.walkerPermits(found, write)) {
        this.tlb.forget(mm, address);
        return undefined;
      }
      const pte = this.arch.walkerUses(way.ptep, found, write);
      if (pte !== undefined) return reached(this.#keep(mm, address, way.pmd, pte), mm, address);
    }
  }

  /**
   * The walker looks an address up before anybody asks, as a CPU may at any time: for a prefetch, or
   * an access that it then does not make.
   */
  speculate(mm: Mm, address: VirtualAddress): void {
    const walk = walkToPte(mm, address);
    if (walk === undefined) return;
    const found = this.arch.ptepGet(walk.ptep);
    if (!this.arch.walkerPermits(found, false)) return;
    const pte = this.arch.walkerUses(walk.ptep, found, false);
    if (pte !== undefined) this.#keep(mm, address, walk.pmd, pte);
  }

  /** By the table as it is, and by each other entry above that the walk cache has. */
  #waysOf(
    mm: Mm,
    address: VirtualAddress,
    cached: readonly CachedEntry[],
  ): readonly (Way | undefined)[] {
    const fresh = walkToPte(mm, address);
    const stale = cached
      .filter(({ entry, generation }) => generation === undefined && entry !== fresh?.pmd)
      .map(({ entry }) => {
        const table = mm.memory.pageTableAt(this.arch.tablePfn(entry));
        return { ptep: table.entry(address)!, pmd: entry };
      });
    return [fresh, ...stale];
  }

  /** Kept translations by which the access would do something else than by the entry that was found. */
  #stale(
    mm: Mm,
    cached: readonly CachedEntry[],
    found: Pte,
    write: boolean,
  ): readonly Translation[] {
    const now = this.#serves(found, write) ? this.arch.ptePfn(found) : undefined;
    const stale = new Map<string, Translation>();
    for (const { entry, generation } of cached) {
      if (generation === undefined || !this.#serves(entry, write)) continue;
      const pfn = this.arch.ptePfn(entry);
      if (pfn === now) continue;
      stale.set(`${String(pfn)}:${String(generation)}`, {
        page: mm.memory.pageAt(pfn),
        generation,
      });
    }
    return [...stale.values()];
  }

  /** Whether an access can go by an entry without a look at the table: nothing in it is to be set. */
  #serves(pte: Pte, write: boolean): boolean {
    const { arch } = this;
    return arch.walkerPermits(pte, write) && arch.pteYoung(pte) && (!write || arch.pteDirty(pte));
  }

  #keep(mm: Mm, address: VirtualAddress, pmd: Pte, pte: Pte): Translation {
    const page = mm.memory.pageAt(this.arch.ptePfn(pte));
    const { generation } = page.allocation;
    const [above, last] = mm.memory.levels.slice(-2);
    this.tlb.add({ ...spanOf(mm, address, above!.shift), entry: pmd, generation: undefined });
    this.tlb.add({ ...spanOf(mm, address, last!.shift), entry: pte, generation });
    return { page, generation };
  }
}

function spanOf(
  mm: Mm,
  address: VirtualAddress,
  shift: number,
): Pick<CachedEntry, 'mm' | 'start' | 'end'> {
  const size = 2 ** shift;
  const start = address - (address % size);
  return { mm, start, end: start + size };
}

/** @throws {Violation} if the page has been freed since the translation was made */
function reached({ page, generation }: Translation, mm: Mm, address: VirtualAddress): PageContents {
  if (page.allocation.isStill(generation)) return page.contents;
  throw new Violation(
    STALE_TRANSLATION,
    `${taskName()} on ${thisCpu().toString()} reaches ${page.name} by a translation of ` +
      `${mm.name}:0x${address.toString(16)}, and the page has been freed since`,
  );
}
