import { type Pte, swpEntry, VM_READ, VM_SHARED, VM_WRITE } from '@pagerace/page-model';
import { NoTlb } from '@pagerace/page-model/testing';
import { maskOf } from '@pagerace/pgtable-generic';
import {
  debugVmPgtable,
  debugVmPgtableHuge,
  layoutConflicts,
} from '@pagerace/pgtable-generic/testing';
import { describe, expect, test } from 'vitest';
import { ArmLpae, armLpaeLayout, armSwapBeforeExclusive } from '../src/index.js';

const arch = new ArmLpae(new NoTlb(), { hasBit: true });
const hex = (pte: Pte): string => `0x${pte.toString(16)}`;

test('every combination of bits is what the kernel takes for granted', () => {
  const widest = { pfn: 2 ** 28 - 1, swapType: 31, swapOffset: 2 ** 24 - 1 };
  expect(debugVmPgtable(arch, widest)).toEqual([]);
  // And without the exclusive bit, as it was before.
  expect(debugVmPgtable(new ArmLpae(new NoTlb(), { hasBit: false }), widest)).toEqual([]);
  expect(debugVmPgtableHuge(arch)).toEqual([]);
  expect(layoutConflicts(armLpaeLayout)).toEqual([]);
});

describe('present entries', () => {
  const pte = arch.pfnPte(1, arch.vmGetPageProt(VM_READ | VM_WRITE | VM_SHARED));

  test('protections', () => {
    expect(hex(arch.pfnPte(0x1234, arch.vmGetPageProt(VM_READ)))).toBe('0x46000000123475f');
    expect(hex(pte)).toBe('0x6000000000175f');
    expect(hex(arch.pfnPte(1, arch.vmGetPageProt(0)))).toBe('0x66000000000171f');
  });

  test('read-only is a bit; so is each of young, dirty and special', () => {
    expect(arch.pteWrprotect(pte) ^ pte).toBe(1n << 58n);
    expect(arch.pteMkdirty(pte) ^ pte).toBe(1n << 55n);
    expect(arch.pteMkspecial(pte) ^ pte).toBe(1n << 56n);
    expect(arch.pteMkold(pte) ^ pte).toBe(0x400n);
  });

  test('is the same entry when it has been stored, which makes it not global', () => {
    expect(arch.pteSame(pte, pte | 0x800n)).toBe(true);
    expect(arch.pteSame(pte, arch.pteMkold(pte))).toBe(false);
    const swapped = arch.swpEntryToPte(swpEntry(0, 1));
    expect(arch.pteSame(swapped, swapped | 0x800n)).toBe(false);
  });
});

describe('swap entries', () => {
  test('type in bits 2 to 6, offset in bits 8 to 31, exclusive in bit 7', () => {
    expect(hex(arch.swpEntryToPte(swpEntry(31, 0)))).toBe('0x7c');
    expect(hex(arch.swpEntryToPte(swpEntry(0, 1)))).toBe('0x100');
    expect(hex(arch.swpEntryToPte(swpEntry(0, 2 ** 24 - 1)))).toBe('0xffffff00');
    const pte = arch.swpEntryToPte(swpEntry(1, 17));
    expect(arch.pteSwpMkexclusive(pte) ^ pte).toBe(0x80n);
    expect(arch.pteSwpMksoftDirty(pte)).toBe(pte);
    expect(arch.pteSwpMkuffdWp(pte)).toBe(pte);
  });

  test('up to v6.2 offset in bits 7 to 31, without exclusive', () => {
    expect(hex(maskOf(armSwapBeforeExclusive.type))).toBe('0x7c');
    expect(hex(maskOf(armSwapBeforeExclusive.offset))).toBe('0xffffff80');
    expect(layoutConflicts({ ...armLpaeLayout, swap: armSwapBeforeExclusive })).toEqual([]);
  });
});

test('entries above the last level: bit 1 tells a table from a huge page', () => {
  expect(hex(arch.mkTable(0x42))).toBe('0x42003');
  expect(arch.pmdTransHuge(arch.mkTable(0x42))).toBe(false);
  const pte = arch.pfnPte(0x200, arch.vmGetPageProt(VM_READ));
  expect(arch.pteHugePmd(pte) ^ pte).toBe(0x2n);
  expect(arch.pmdTransHuge(arch.pteHugePmd(pte))).toBe(true);
  expect(arch.pmdPte(arch.pteHugePmd(pte))).toBe(pte);
});
