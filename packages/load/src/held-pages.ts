import type { Memory, Page, ReferenceKind } from '@pagerace/page-model';

/** A page to which somebody has references, but for its mappings. */
export interface HeldPage {
  readonly page: string;
  /** References of get_user_pages(), as far as the count of the page tells. */
  readonly references: number;
}

/** A page whose count cannot be. */
export interface OddPage {
  readonly page: string;
  readonly what: string;
}

/** What the counts of pages say, when nobody is in get_user_pages(): without what anybody believes to hold. */
export function heldPages(
  memory: Memory,
  kind: ReferenceKind,
): { readonly held: readonly HeldPage[]; readonly odd: readonly OddPage[] } {
  const held: HeldPage[] = [];
  const odd: OddPage[] = [];
  const free = new Set(memory.allocator.free);
  const batched = batchReferences(memory);
  for (const page of [...memory.pages, ...memory.hugePages]) {
    const count = page._refcount.read();
    const rest = count - mappingsOf(memory, page) - (batched.get(page) ?? 0);
    const { name } = page;
    if (count === 0 && !free.has(page))
      odd.push({ page: name, what: 'it has no reference, and is not free' });
    if (rest === 0) continue;
    const references = referencesIn(memory, page, rest, kind);
    if (rest > 0 && Number.isInteger(references)) held.push({ page: name, references });
    else odd.push({ page: name, what: `its count is ${String(count)}` });
  }
  return { held, odd };
}

function referencesIn(memory: Memory, page: Page, rest: number, kind: ReferenceKind): number {
  const { pinCounting } = memory;
  return pinCounting.isPin(kind) ? rest / pinCounting.inRefcount(page, 1) : rest;
}

function mappingsOf(memory: Memory, page: Page): number {
  const small = memory.subpages(page).reduce((sum, one) => sum + one._mapcount.read() + 1, 0);
  return page.isHuge ? small + page.compoundMapcount.read() + 1 : small;
}

function batchReferences({ lruBatches }: Memory): ReadonlyMap<Page, number> {
  const all = lruBatches.all.flatMap(({ lruAdd, lruLazyfree }) => [
    ...lruAdd.read(),
    ...lruLazyfree.read(),
  ]);
  const counts = new Map<Page, number>();
  for (const page of all) counts.set(page, (counts.get(page) ?? 0) + 1);
  return counts;
}
