import { explore, type Setup } from '@pagerace/explorer';
import { dropped, OrderingSites } from '@pagerace/machine';
import { lkmm, sc, tso } from '@pagerace/memory-models';
import { VM_READ, walkToPte } from '@pagerace/page-model';
import {
  atOnce,
  clearAgainstGup,
  clearFlush,
  flushAgainstSection,
  lazyfree,
  load,
  sitesMet,
  store,
  unmapUnderUser,
  withOnePage,
} from '@pagerace/pgtable-generic/testing';
import { expect, test } from 'vitest';
import { armLpae, PTE_AP2, PTE_EXT_NG } from '../src/index.js';

const ishst = 'arch/arm/include/asm/tlbflush.h:__flush_tlb_page:dsb(ishst)';
const ish = 'arch/arm/include/asm/tlbflush.h:__flush_tlb_page:dsb(ish)';

test.each([
  ['load', load],
  ['store', store],
])('a %s comes before or after the page is unmapped and freed', (_access, use) => {
  for (const model of [sc, tso]) {
    const setup = unmapUnderUser(armLpae, use, clearFlush);
    expect(explore(setup, { model })).toMatchObject({ verdict: 'verified' });
  }
});

test('the two barriers of flush_tlb_page() are all that orders a cleared entry', () => {
  const underSc = (setup: Setup): unknown => explore(setup, { model: sc });
  expect(sitesMet(armLpae, clearFlush, underSc)).toEqual([ish, ishst]);
});

test('reclaim sees the reference of GUP-fast by the full one', () => {
  const overtaken = (orderingSites: OrderingSites): boolean => {
    const setup = clearAgainstGup(armLpae, atOnce, lazyfree, { orderingSites });
    const { violations } = explore(setup, { model: lkmm });
    expect(orderingSites.unmet).toEqual([]);
    return violations.some(({ property }) => property === 'overtaken');
  };
  expect(overtaken(new OrderingSites())).toBe(false);
  expect(overtaken(new OrderingSites([[ish, dropped]]))).toBe(true);
});

test('a flush does not wait for a section with interrupts off', () => {
  const { violations } = explore(flushAgainstSection(armLpae), { model: sc });
  expect(violations.map(({ property }) => property)).toEqual(['overtaken']);
});

test('what is stored says to the hardware what software means', () => {
  const seen: bigint[] = [];
  const setup = withOnePage(armLpae, ({ machine, arch, mm, address }) => {
    machine.cpu(0).run('store', () => {
      const { ptep } = walkToPte(mm, address)!;
      const dirty = arch.ptepGet(ptep);
      seen.push(dirty);
      arch.setPteAt(mm, address, ptep, arch.pteMkclean(dirty));
      seen.push(arch.ptepGet(ptep));
      arch.setPteAt(mm, address, ptep, arch.pfnPte(1, arch.vmGetPageProt(0)));
      seen.push(arch.ptepGet(ptep));
      const readOnly = arch.pfnPte(1, arch.vmGetPageProt(VM_READ));
      arch.setPteAt(mm, address, ptep, readOnly);
      seen.push(arch.ptepGet(ptep));
      arch.setPteAt(mm, address, ptep, arch.pteMkold(readOnly));
      seen.push(arch.ptepGet(ptep));
    });
    return undefined;
  });
  explore(setup, { model: sc });
  const bits = (pte: bigint): readonly boolean[] =>
    [1n, PTE_AP2, PTE_EXT_NG].map((bit) => (pte & bit) !== 0n);
  expect(seen.slice(-5).map(bits)).toEqual([
    [true, false, true],
    [true, true, true],
    [false, false, false],
    [true, true, true],
    [true, true, false],
  ]);
});

test('no huge page is stored as global, and that of PROT_NONE is not present', () => {
  const seen: (readonly boolean[])[] = [];
  const setup = withOnePage(armLpae, ({ machine, arch, mm, address }) => {
    machine.cpu(0).run('store', () => {
      const { pmdp } = walkToPte(mm, address)!;
      for (const vmFlags of [VM_READ, 0]) {
        const pmd = arch.pteHugePmd(arch.pfnPte(0x200, arch.vmGetPageProt(vmFlags)));
        arch.setPmdAt(mm, address, pmdp, arch.pteHugePmd(arch.pteMkold(pmd)));
        const stored = arch.pmdpGet(pmdp);
        seen.push([arch.pmdTransHuge(stored), arch.pmdPresent(stored)]);
        seen.push([PTE_AP2, PTE_EXT_NG].map((bit) => (stored & bit) !== 0n));
      }
      seen.push([arch.pmdPresent(arch.mkTable(0x42)), arch.pmdPresent(0n)]);
    });
    return undefined;
  });
  explore(setup, { model: sc });
  expect(seen.slice(-5)).toEqual([
    [true, true],
    [true, true],
    [true, false],
    [true, true],
    [true, false],
  ]);
});
