import { explore, type Setup } from '@pagerace/explorer';
import { dropped, OrderingSites } from '@pagerace/machine';
import { power, sc, tso } from '@pagerace/memory-models';
import { VM_READ, walkToPte, withPteLocked } from '@pagerace/page-model';
import {
  atOnce,
  clearAgainstGup,
  clearFlush,
  flushAgainstSection,
  lazyfree,
  load,
  type OnePage,
  sitesMet,
  store,
  unmapUnderUser,
  withOnePage,
} from '@pagerace/pgtable-generic/testing';
import { describe, expect, test } from 'vitest';
import {
  _PAGE_DIRTY,
  _PAGE_SOFT_DIRTY,
  _PAGE_WRITE,
  powerpcHash,
  powerpcRadix,
} from '../src/index.js';

const underSc = (setup: Setup): unknown => explore(setup, { model: sc });

describe.each([powerpcRadix, powerpcHash])('$id', (architecture) => {
  test.each([
    ['load', load],
    ['store', store],
  ])('a %s comes before or after the page is unmapped and freed', (_access, use) => {
    for (const model of [sc, tso]) {
      const setup = unmapUnderUser(architecture, use, clearFlush);
      expect(explore(setup, { model })).toMatchObject({ verdict: 'verified' });
    }
  });

  test('a flush does not wait for interrupts to be on', () => {
    const { violations } = explore(flushAgainstSection(architecture), { model: sc });
    expect(violations.map(({ property }) => property)).toEqual(['overtaken']);
  });
});

test('what orders a cleared entry with radix', () => {
  const file = 'arch/powerpc/mm/book3s64/radix_tlb.c';
  expect(sitesMet(powerpcRadix, clearFlush, underSc)).toEqual([
    `${file}:radix__flush_tlb_page_psize:ptesync:after`,
    `${file}:radix__flush_tlb_page_psize:ptesync:before`,
    `${file}:radix__flush_tlb_page_psize:smp_mb`,
  ]);
});

describe('what orders a cleared entry with hash', () => {
  const flush = 'arch/powerpc/mm/book3s64/hash_tlb.c:hpte_need_flush:ptesync';
  // The first store of the process has put the entry into the hash table.
  const hashed = 'arch/powerpc/mm/book3s64/hash_64k.c:__hash_page_64K:cmpxchg';

  test('that is in the hash table: the flush', () => {
    expect(sitesMet(powerpcHash, clearFlush, underSc)).toEqual([
      hashed,
      `${flush}:after`,
      `${flush}:before`,
    ]);
  });

  test('that is not, as MADV_FREE leaves it: nothing', () => {
    const storedAndCleared = ({ arch, mm, vma, address }: OnePage): void => {
      withPteLocked(mm, address, (ptep) => {
        arch.setPteAt(mm, address, ptep, arch.pteMkold(arch.pteMkclean(arch.ptepGet(ptep))));
        arch.ptepClearFlush(vma, address, ptep);
      });
    };
    expect(sitesMet(powerpcHash, storedAndCleared, underSc)).toEqual([hashed]);
  });
});

test.each([
  [powerpcRadix, 0n],
  [powerpcHash, _PAGE_SOFT_DIRTY],
])('what ptep_set_access_flags() adds: on $id with soft-dirty %i', (architecture, softDirty) => {
  const seen: bigint[] = [];
  const setup = withOnePage(architecture, ({ machine, arch, mm, vma, address }) => {
    machine.cpu(0).run('set', () => {
      const { ptep } = walkToPte(mm, address)!;
      const readOnly = arch.pfnPte(1, arch.vmGetPageProt(VM_READ));
      arch.setPteAt(mm, address, ptep, readOnly);
      const entry = arch.pteMkspecial(arch.pteMkdirty(arch.pteMkwrite(readOnly)));
      arch.ptepSetAccessFlags(vma, address, ptep, entry, true);
      seen.push(arch.ptepGet(ptep) ^ readOnly);
    });
    return undefined;
  });
  explore(setup, { model: sc });
  expect(seen.at(-1)).toBe(_PAGE_DIRTY | _PAGE_WRITE | softDirty);
});

describe('reclaim that reads the reference count after it has cleared an entry', () => {
  /** Whether it may miss the reference that GUP-fast takes, with some ordering sites dropped. */
  function overtaken(
    architecture: typeof powerpcHash,
    prepare?: (process: OnePage) => void,
    without: readonly string[] = [],
  ): boolean {
    const orderingSites = new OrderingSites(without.map((site) => [site, dropped]));
    const setup = clearAgainstGup(architecture, atOnce, prepare, { orderingSites });
    const { verdict, violations } = explore(setup, { model: power });
    expect(['verified', 'violated']).toContain(verdict);
    expect(orderingSites.unmet).toEqual([]);
    return violations.some(({ property }) => property === 'overtaken');
  }

  const radix = 'arch/powerpc/mm/book3s64/radix_tlb.c:radix__flush_tlb_page_psize';
  const ptesync = [`${radix}:ptesync:before`, `${radix}:ptesync:after`];
  const hash = 'arch/powerpc/mm/book3s64/hash_tlb.c:hpte_need_flush';

  test('sees that of GUP-fast with radix, by any barrier of the flush', () => {
    expect(overtaken(powerpcRadix, lazyfree)).toBe(false);
    expect(overtaken(powerpcRadix, lazyfree, ptesync)).toBe(false);
    expect(overtaken(powerpcRadix, lazyfree, [`${radix}:smp_mb`])).toBe(false);
    expect(overtaken(powerpcRadix, lazyfree, [...ptesync, `${radix}:smp_mb`])).toBe(true);
  });

  test('sees it with hash where the entry is in the hash table', () => {
    expect(overtaken(powerpcHash)).toBe(false);
    const both = [`${hash}:ptesync:before`, `${hash}:ptesync:after`];
    expect(overtaken(powerpcHash, undefined, both)).toBe(true);
  });

  test('may miss it with hash after MADV_FREE', () => {
    expect(overtaken(powerpcHash, lazyfree)).toBe(true);
  });
});
