import { type Pte, swpEntry, VM_READ, VM_SHARED, VM_WRITE } from '@pagerace/page-model';
import { NoTlb } from '@pagerace/page-model/testing';
import { maskOf } from '@pagerace/pgtable-generic';
import { debugVmPgtable, layoutConflicts } from '@pagerace/pgtable-generic/testing';
import { expect, test } from 'vitest';
import { Xtensa, xtensaLayout, xtensaSwapBeforeExclusive } from '../src/index.js';

const arch = new Xtensa(new NoTlb(), { hasBit: true });
const hex = (pte: Pte): string => `0x${pte.toString(16)}`;

test('every combination of bits is what the kernel takes for granted', () => {
  const widest = { pfn: 2 ** 20 - 1, swapType: 31, swapOffset: 2 ** 21 - 1, special: false };
  // Except of PROT_NONE that is write-protected or cleaned, which the kernel does not check: see below.
  expect(debugVmPgtable(arch, widest)).toEqual([
    'a page stays present',
    'a page is neither none nor swap',
  ]);
  // And without the exclusive bit, as it was before.
  expect(debugVmPgtable(new Xtensa(new NoTlb(), { hasBit: false }), widest)).toEqual([
    'a page stays present',
    'a page is neither none nor swap',
  ]);
  expect(layoutConflicts(xtensaLayout)).toEqual([]);
});

test('pte_wrprotect() and pte_mkclean() make of PROT_NONE what pte_present() does not know', () => {
  const none = arch.pfnPte(1, arch.vmGetPageProt(0));
  expect(arch.ptePresent(none)).toBe(true);
  for (const pte of [arch.pteWrprotect(none), arch.pteMkclean(none)]) {
    expect(hex(pte)).toBe('0x101d');
    expect(arch.ptePresent(pte)).toBe(false);
  }
});

test('the hardware goes by the attribute, and not by whether an entry is old', () => {
  const old = arch.pteMkold(arch.pfnPte(1, arch.vmGetPageProt(VM_READ)));
  expect(arch.walkerPermits(old, false)).toBe(true);
  expect(arch.walkerPermits(arch.pfnPte(1, arch.vmGetPageProt(0)), false)).toBe(false);
  const writable = arch.pfnPte(1, arch.vmGetPageProt(VM_READ | VM_WRITE | VM_SHARED));
  expect(arch.walkerPermits(writable, true)).toBe(false);
  expect(arch.walkerPermits(arch.pteMkdirty(writable), true)).toBe(true);
});

test('present entries', () => {
  expect(hex(arch.pfnPte(0x1234, arch.vmGetPageProt(VM_READ)))).toBe('0x1234114');
  expect(hex(arch.pfnPte(1, arch.vmGetPageProt(VM_READ | VM_WRITE | VM_SHARED)))).toBe('0x1154');
  expect(hex(arch.pfnPte(1, arch.vmGetPageProt(0)))).toBe('0x101f');
});

test('an empty entry', () => {
  expect(hex(arch.none)).toBe('0x1c');
});

test('swap entries since v6.3', () => {
  expect(hex(arch.swpEntryToPte(swpEntry(31, 0)))).toBe('0x7dc');
  expect(hex(arch.swpEntryToPte(swpEntry(0, 1)))).toBe('0x81c');
  const pte = arch.swpEntryToPte(swpEntry(1, 17));
  expect(hex(arch.pteSwpMkexclusive(pte) ^ pte)).toBe('0x2');
  expect(arch.pteSwpMksoftDirty(pte)).toBe(pte);
  expect(arch.pteSwpMkuffdWp(pte)).toBe(pte);
});

test('swap entries up to v6.2', () => {
  const { type, offset, exclusive } = xtensaSwapBeforeExclusive;
  expect([hex(maskOf(type)), hex(maskOf(offset)), exclusive]).toEqual(['0x7c0', '0xfffff800', 0n]);
  expect(layoutConflicts({ ...xtensaLayout, swap: xtensaSwapBeforeExclusive })).toEqual([]);
});
