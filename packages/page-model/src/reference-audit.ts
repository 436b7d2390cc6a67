import { MachineProperty, Violation } from '@pagerace/machine';
import type { Memory } from './memory.js';
import type { Page } from './page/page.js';

/**
 * Demands, at the end of a program, that every reference to a page is accounted for and that every
 * mapping is counted: each page-table entry that maps the page, the page cache and the swap cache, what the file system
 * keeps for it (PG_private) while it is in a file, an LRU batch, and who is said to hold one still. Frames are free exactly if
 * nobody refers to them.
 *
 * @param holders references that are held on purpose, by page
 * @param pinners FOLL_PIN references that are held on purpose, by page
 */
export function auditReferences(
  memory: Memory,
  holders: ReadonlyMap<Page, number> = new Map(),
  pinners: ReadonlyMap<Page, number> = new Map(),
): void {
  const free = new Set(memory.allocator.free);
  for (const page of [...memory.pages, ...memory.hugePages]) {
    const subpages = memory.subpages(page);
    const each = subpages.map((one) => countMappings(memory, 'pte', one));
    const whole = page.isHuge ? countMappings(memory, 'pmd', page) : 0;
    const isFree = free.has(page);
    const pins = pinners.get(page) ?? 0;
    const references =
      each.reduce((sum, mappings) => sum + mappings, whole) +
      countInBatches(memory, page) +
      countInPageCache(memory, subpages) +
      (page.flags.bit('swapcache').read() === 1 ? 1 : 0) +
      (page.flags.bit('private').read() === 1 && page.mapping.read() !== null ? 1 : 0) +
      (holders.get(page) ?? 0) +
      memory.pinCounting.inRefcount(page, pins);
    for (const [nth, one] of subpages.entries()) {
      demand(one, '_mapcount', one._mapcount.read() + 1, isFree ? 0 : each[nth]!);
    }
    demand(page, 'compound_mapcount', page.compoundMapcount.read() + 1, isFree ? 0 : whole);
    demand(
      page,
      'compound_pincount',
      page.compoundPincount.read(),
      memory.pinCounting.isExact(page) ? pins : 0,
    );
    demand(page, '_refcount', page._refcount.read(), references);
    if ((references === 0) !== isFree) {
      throw new Violation(
        MachineProperty.leak,
        `${page.name} has ${String(references)} references and is ${isFree ? '' : 'not '}free`,
      );
    }
  }
  for (const page of memory.devicePages) {
    const references = 1 + (holders.get(page) ?? 0);
    const pins = memory.pinCounting.inRefcount(page, pinners.get(page) ?? 0);
    demand(page, '_refcount', page._refcount.read(), references + pins);
    demand(page, '_mapcount', page._mapcount.read() + 1, 0);
  }
}

function demand(page: Page, count: string, counted: number, real: number): void {
  if (counted === real) return;
  const property = counted > real ? MachineProperty.leak : MachineProperty.refcount;
  throw new Violation(
    property,
    `${page.name} has ${count} ${String(counted)}, but there are ${String(real)}`,
  );
}

/** How many entries map the page: of the last level, or as a huge page of the level above. */
function countMappings(memory: Memory, level: 'pte' | 'pmd', page: Page): number {
  const { arch, levels } = memory;
  const from = levels.at(level === 'pte' ? -1 : -2);
  let mappings = 0;
  for (const table of memory.pageTables) {
    // What a table holds that is not linked in maps nothing.
    if (table.level !== from || (level === 'pte' && !table.allocation.isAllocated)) continue;
    for (const entryp of table.entries) {
      const entry = entryp.read();
      const pte = level === 'pte' ? entry : arch.pmdTransHuge(entry) ? arch.pmdPte(entry) : null;
      if (pte !== null && arch.ptePresent(pte) && arch.ptePfn(pte) === page.pfn) mappings++;
    }
  }
  return mappings;
}

/** The page cache has a reference to a huge page for each of its pages. */
function countInPageCache({ files }: Memory, pages: readonly Page[]): number {
  const cached = files.flatMap((file) => file.pages);
  return cached.filter((page) => page !== null && pages.includes(page)).length;
}

function countInBatches(memory: Memory, page: Page): number {
  return memory.lruBatches.all
    .flatMap(({ lruAdd, lruLazyfree }) => [...lruAdd.read(), ...lruLazyfree.read()])
    .filter((one) => one === page).length;
}
