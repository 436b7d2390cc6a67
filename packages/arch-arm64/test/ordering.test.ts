import { explore } from '@pagerace/explorer';
import { dropped, OrderingSites } from '@pagerace/machine';
import { armv8 } from '@pagerace/memory-models';
import {
  atOnce,
  clearAgainstGup,
  type ClearPte,
  deferred,
  lazyfree,
} from '@pagerace/pgtable-generic/testing';
import { describe, expect, test } from 'vitest';
import { arm64, arm64Deferred } from '../src/index.js';

/** Whether reclaim may miss the reference that GUP-fast takes, with some ordering sites dropped. */
function overtaken(
  architecture: typeof arm64,
  clear: ClearPte,
  without: readonly string[] = [],
): boolean {
  const file = 'arch/arm64/include/asm/tlbflush.h';
  const sites = new OrderingSites(without.map((site) => [`${file}:${site}`, dropped]));
  const setup = clearAgainstGup(architecture, clear, lazyfree, { orderingSites: sites });
  const { verdict, violations } = explore(setup, { model: armv8 });
  expect(['verified', 'violated']).toContain(verdict);
  expect(sites.unmet).toEqual([]);
  return violations.some(({ property }) => property === 'overtaken');
}

describe('reclaim that reads the reference count after it has cleared an entry', () => {
  test('sees that of GUP-fast by either DSB of flush_tlb_page()', () => {
    const ish = 'flush_tlb_page:dsb(ish)';
    const ishst = 'flush_tlb_page_nosync:dsb(ishst)';
    expect(overtaken(arm64, atOnce)).toBe(false);
    expect(overtaken(arm64, atOnce, [ish])).toBe(false);
    expect(overtaken(arm64, atOnce, [ishst])).toBe(false);
    expect(overtaken(arm64, atOnce, [ish, ishst])).toBe(true);
  });

  test('sees it where the flush is deferred by nothing but DSB ISHST', () => {
    expect(overtaken(arm64Deferred, deferred)).toBe(false);
    expect(overtaken(arm64Deferred, deferred, ['__flush_tlb_page_nosync:dsb(ishst)'])).toBe(true);
  });
});
