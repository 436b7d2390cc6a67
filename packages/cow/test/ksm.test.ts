import { lockPage, type Page, PageSwapCache, StableNode } from '@pagerace/page-model';
import { SWAP } from '@pagerace/swap';
import { expect, test } from 'vitest';
import { ANON_REUSE_RULE } from '../src/index.js';
import { onceIn } from './system.js';

const releases = ['v4.12', 'v5.17', 'v5.18', 'v5.19', 'v6.15'];

const merge = (page: Page): void => page.mapping.write(new StableNode([]));

// do_wp_page(): ksmd may have merged the page since it was looked at without its lock.
test.each(releases)('a write copies a page that is found to be a KSM page on %s', (release) => {
  const fate = onceIn(release, ({ wiring, page }) => {
    merge(page);
    return wiring.get(ANON_REUSE_RULE).fateOf(page);
  });
  expect(fate).toBe('copy');
});

// do_swap_page(): read in v5.17 and v5.19.
test.each(releases)('a KSM page that comes in from swap is nobody’s own on %s', (release) => {
  const seen = onceIn(release, ({ wiring, page }) => {
    const swap = wiring.get(SWAP);
    swap.swapon({ pages: 1 });
    lockPage(page);
    swap.addToSwap(page);
    const entry = page.private.read();
    swap.swapDuplicate(entry);
    page._mapcount.write(-1);
    merge(page);
    const decision = wiring.get(ANON_REUSE_RULE).swapIn(page, entry, true, true);
    return [decision, PageSwapCache(page)];
  });
  expect(seen).toEqual([{ write: false, exclusive: false }, true]);
});
