import { type Pte, swpEntry, VM_READ, VM_SHARED, VM_WRITE } from '@pagerace/page-model';
import { NoTlb } from '@pagerace/page-model/testing';
import { maskOf } from '@pagerace/pgtable-generic';
import { debugVmPgtable, layoutConflicts } from '@pagerace/pgtable-generic/testing';
import { expect, test } from 'vitest';
import { Um, umLayout, umSwapBeforeExclusive } from '../src/index.js';

const arch = new Um(new NoTlb(), { hasBit: true });
const hex = (pte: Pte): string => `0x${pte.toString(16)}`;

test('every combination of bits is what the kernel takes for granted', () => {
  const widest = { pfn: 2 ** 52 - 1, swapType: 31, swapOffset: 2 ** 45 - 1, special: false };
  // Of PROT_NONE not, and on um the kernel does not run its checks.
  expect(debugVmPgtable(arch, widest)).toEqual(['pte_mkwrite() makes writable']);
  // And without the exclusive bit, as it was before.
  expect(debugVmPgtable(new Um(new NoTlb(), { hasBit: false }), widest)).toEqual([
    'pte_mkwrite() makes writable',
  ]);
  expect(layoutConflicts(umLayout)).toEqual([]);
});

test('present entries', () => {
  expect(hex(arch.pfnPte(0x1234, arch.vmGetPageProt(VM_READ)))).toBe('0x12340c1');
  expect(hex(arch.pfnPte(1, arch.vmGetPageProt(VM_READ | VM_WRITE | VM_SHARED)))).toBe('0x10e1');
  expect(hex(arch.pfnPte(1, arch.vmGetPageProt(0)))).toBe('0x1090');
});

test('an empty entry', () => {
  expect(hex(arch.none)).toBe('0x0');
});

test('swap entries since v6.3', () => {
  expect(hex(arch.swpEntryToPte(swpEntry(31, 0)))).toBe('0x3e0');
  expect(hex(arch.swpEntryToPte(swpEntry(0, 1)))).toBe('0x800');
  const pte = arch.swpEntryToPte(swpEntry(1, 17));
  expect(hex(arch.pteSwpMkexclusive(pte) ^ pte)).toBe('0x400');
  expect(arch.pteSwpMksoftDirty(pte)).toBe(pte);
  expect(arch.pteSwpMkuffdWp(pte)).toBe(pte);
});

test('swap entries up to v6.2', () => {
  const { type, offset, exclusive } = umSwapBeforeExclusive;
  expect([hex(maskOf(type)), hex(maskOf(offset)), exclusive]).toEqual([
    '0x3e0',
    '0xfffffffffffff800',
    0n,
  ]);
  expect(layoutConflicts({ ...umLayout, swap: umSwapBeforeExclusive })).toEqual([]);
});
