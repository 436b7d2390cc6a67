import { archX86, x86 } from '@pagerace/arch-x86';
import { explore } from '@pagerace/explorer';
import { ANON_REUSE_RULE } from '@pagerace/fault';
import { GUP_UNSHARE_RULE } from '@pagerace/gup';
import { composeRun, defineScenario, Registry, type ScenarioContext } from '@pagerace/kernel';
import { sc } from '@pagerace/memory-models';
import {
  ClearPageAnonExclusive,
  getPage,
  lockPage,
  lruAddDrain,
  lruCacheAdd,
  type Page,
  PageAnonExclusive,
  SetPageAnonExclusive,
  VM_READ,
  VM_WRITE,
} from '@pagerace/page-model';
import { RMAP } from '@pagerace/rmap';
import { SWAP } from '@pagerace/swap';
import { describe, expect, test } from 'vitest';
import { patches, v4_12, v5_17_rc2, v5_18, v5_19, v6_15 } from '../src/index.js';

const registry = new Registry([archX86, patches]);

/** What a kernel makes of a page that is mapped once, on its LRU list and not marked as exclusive. */
function seenOn<T>(kernel: string, look: (context: ScenarioContext<unknown>, page: Page) => T): T {
  let seen: T | undefined;
  const scenario = defineScenario({
    id: 'looks-at-a-page',
    title: 'Looks at a page',
    description: 'One page is mapped once.',
    machine: { cpus: 1, pages: 1 },
    properties: [],
    build(context) {
      const { machine, memory } = context;
      const mm = context.process('process', 0);
      const vma = mm.mmap({ start: 0, pages: 1, vmFlags: VM_READ | VM_WRITE });
      machine.boot(() => {
        const page = memory.allocator.allocZeroedPage();
        context.get(RMAP).pageAddNewAnonRmap(page, vma, 0);
        lruCacheAdd(page);
        lruAddDrain(memory);
        ClearPageAnonExclusive(page);
        seen = look(context, page);
      });
      return machine.program();
    },
  });
  const [architecture, model] = [x86, sc];
  const run = composeRun({ scenario, kernel: registry.kernel(kernel), architecture, model });
  explore(run.setup, { model });
  return seen!;
}

// do_wp_page(), mm/memory.c; reuse_swap_page() to v5.8, page_count() since v5.9 (09854ba94c6a), PG_anon_exclusive
// since v5.19 (6c287605fd56).
describe('a write through a read-only entry', () => {
  const kernels = [v4_12, v5_17_rc2, v5_18, v5_19, v6_15];
  const markedIn = [v5_19, v6_15];

  test.each<[string, (page: Page) => void, readonly string[]]>([
    ['nobody else refers to', () => undefined, ['reuse', 'reuse', 'reuse', 'reuse', 'reuse']],
    ['is referred to', getPage, ['reuse', 'copy', 'copy', 'copy', 'copy']],
    [
      'is mapped twice',
      (page) => {
        getPage(page);
        page._mapcount.fetchAdd(1);
      },
      ['copy', 'copy', 'copy', 'copy', 'copy'],
    ],
    ['is locked', lockPage, ['wait for the page lock', 'copy', 'copy', 'copy', 'copy']],
    [
      'is marked as exclusive, and referred to',
      (page) => {
        getPage(page);
        SetPageAnonExclusive(page);
      },
      ['reuse', 'copy', 'copy', 'reuse', 'reuse'],
    ],
  ])('goes on with a page that %s, or copies it', (_, prepare, expected) => {
    const fates = kernels.map(({ id }) =>
      seenOn(id, (context, page) => {
        prepare(page);
        return context.get(ANON_REUSE_RULE).fateOf(page);
      }),
    );
    expect(fates).toEqual(expected);
  });

  test('marks the page that it goes on with, since v5.19', () => {
    const marked = kernels.filter(({ id }) =>
      seenOn(id, (context, page) => {
        context.get(ANON_REUSE_RULE).fateOf(page);
        return PageAnonExclusive(page);
      }),
    );
    expect(marked).toEqual(markedIn);
  });
});

// do_swap_page(), mm/memory.c: v5.18 (c145e0b47c77), v5.19 (1493a1913e34).
describe('a page that comes in from swap', () => {
  const swappedIn = (kernel: string, writes: boolean, marker: boolean, more = 0): unknown =>
    seenOn(kernel, (context, page) => {
      const swap = context.get(SWAP);
      swap.swapon(1);
      // As its only mapping is removed, whose reference the fault has now.
      lockPage(page);
      swap.addToSwap(page);
      const entry = page.private.read();
      swap.swapDuplicate(entry);
      page._mapcount.write(-1);
      page._refcount.fetchAdd(more);
      const { write, exclusive } = context.get(ANON_REUSE_RULE).swapIn(page, entry, writes, marker);
      return [write, exclusive];
    });

  test.each([v5_17_rc2.id, v5_18.id, v5_19.id, v6_15.id])(
    'is written to at once on %s if the fault alone has it',
    (kernel) => {
      expect(swappedIn(kernel, true, false)).toEqual([true, true]);
      expect(swappedIn(kernel, false, false)).toEqual([false, false]);
    },
  );

  test('is written to although others refer to it, up to v5.17', () => {
    expect(swappedIn(v5_17_rc2.id, true, false, 1)).toEqual([true, true]);
    expect(swappedIn(v5_18.id, true, false, 1)).toEqual([false, false]);
    expect(swappedIn(v5_19.id, true, false, 1)).toEqual([false, false]);
  });

  test.each([v5_19.id, v6_15.id])('is exclusive on %s if its entry says so', (kernel) => {
    expect(swappedIn(kernel, true, true, 1)).toEqual([true, true]);
    expect(swappedIn(kernel, false, true, 1)).toEqual([false, true]);
  });
});

// gup_must_unshare(), include/linux/mm.h, v5.19 (a7f226604170).
test.each([
  [v5_18.id, false],
  [v5_19.id, true],
  [v6_15.id, true],
])('a pin for reading wants a page of its own on %s: %s', (kernel, expected) => {
  const mustUnshare = seenOn(kernel, (context, page) => {
    const rule = context.get(GUP_UNSHARE_RULE);
    const shared = [{ pin: true }, { pin: true, write: true }, {}].map((flags) =>
      rule.mustUnshare(page, flags),
    );
    SetPageAnonExclusive(page);
    return [...shared, rule.mustUnshare(page, { pin: true })];
  });
  expect(mustUnshare).toEqual([expected, false, false, false]);
});
