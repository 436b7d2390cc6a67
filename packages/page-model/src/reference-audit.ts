import { MachineProperty, Violation } from '@pagerace/machine';
import type { Memory } from './memory.js';
import type { Page } from './page.js';

/**
 * Demands, at the end of a program, that every reference to a page is accounted for and that every
 * mapping is counted: each page-table entry that maps the page, the swap cache, an LRU batch, and who
 * is said to hold one still. Frames are free exactly if nobody refers to them.
 *
 * @param holders references that are held on purpose, by page
 */
export function auditReferences(
  memory: Memory,
  holders: ReadonlyMap<Page, number> = new Map(),
): void {
  const free = new Set(memory.allocator.free);
  for (const page of memory.pages) {
    const mappings = countMappings(memory, page);
    const references =
      mappings +
      countInBatches(memory, page) +
      (page.flags.bit('swapcache').read() === 1 ? 1 : 0) +
      (holders.get(page) ?? 0);
    demand(page, '_mapcount', page._mapcount.read() + 1, free.has(page) ? 0 : mappings);
    demand(page, '_refcount', page._refcount.read(), references);
    if ((references === 0) !== free.has(page)) {
      throw new Violation(
        MachineProperty.leak,
        `${page.name} has ${String(references)} references and is ${free.has(page) ? '' : 'not '}free`,
      );
    }
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

function countMappings(memory: Memory, page: Page): number {
  const { arch } = memory;
  let mappings = 0;
  for (const table of memory.pageTables) {
    if (table.level.name !== 'pte') continue;
    for (const ptep of table.entries) {
      const pte = ptep.read();
      if (arch.ptePresent(pte) && arch.ptePfn(pte) === page.pfn) mappings++;
    }
  }
  return mappings;
}

function countInBatches(memory: Memory, page: Page): number {
  return memory.lruBatches.all
    .flatMap(({ lruAdd, lruLazyfree }) => [...lruAdd.read(), ...lruLazyfree.read()])
    .filter((one) => one === page).length;
}
