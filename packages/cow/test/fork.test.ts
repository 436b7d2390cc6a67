import {
  GUP_PIN_COUNTING_BIAS,
  pageCount,
  pageMapcount,
  pageRefAdd,
  SetPageAnonExclusive,
} from '@pagerace/page-model';
import { expect, test } from 'vitest';
import { ANON_DUP_RULE } from '../src/index.js';
import { onceIn } from './system.js';

/** The references that fork finds when it looks for pins, what it decides, and the counts that it leaves. */
function duplicated(release: string, pins: number): readonly unknown[] {
  return onceIn(release, ({ wiring, rmap, mm, vma, page }) => {
    const seen: unknown[] = [];
    const pageTryDupAnonRmap = rmap.pageTryDupAnonRmap.bind(rmap);
    rmap.pageTryDupAnonRmap = (one, ...rest) => {
      seen.push(pageCount(one));
      return pageTryDupAnonRmap(one, ...rest);
    };
    mm.hasPinned.write(1);
    SetPageAnonExclusive(page);
    pageRefAdd(page, pins);
    seen.push(wiring.get(ANON_DUP_RULE).tryDup(page, false, vma));
    seen.push(pageCount(page) - pins, pageMapcount(page));
    return seen;
  });
}

// copy_present_pte(), mm/memory.c, v5.19 (fb3d824d1a46).
test.each(['v5.19', 'v6.15'])(
  'fork of %s takes its reference before it looks for pins, and gives it back if there is one',
  (release) => {
    expect(duplicated(release, 0)).toEqual([2, true, 2, 2]);
    const pins = GUP_PIN_COUNTING_BIAS;
    expect(duplicated(release, pins)).toEqual([2 + pins, false, 1, 1]);
  },
);

// copy_present_page(), mm/memory.c, 70e806e4e645.
test.each([
  ['v5.8', true, 2],
  ['v5.9', false, 1],
] as const)('fork of %s shares a page that is pinned: %s', (release, isShared, mappings) => {
  const pins = GUP_PIN_COUNTING_BIAS;
  expect(duplicated(release, pins)).toEqual([isShared, mappings, mappings]);
});
