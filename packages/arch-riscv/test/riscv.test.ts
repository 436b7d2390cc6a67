import { type Pte, swpEntry, VM_READ, VM_SHARED, VM_WRITE } from '@pagerace/page-model';
import { NoTlb } from '@pagerace/page-model/testing';
import { maskOf } from '@pagerace/pgtable-generic';
import {
  debugVmPgtable,
  debugVmPgtableHuge,
  layoutConflicts,
} from '@pagerace/pgtable-generic/testing';
import { describe, expect, test } from 'vitest';
import { Riscv, riscvLayout, riscvSwapBeforeExclusive } from '../src/index.js';

const arch = new Riscv(new NoTlb(), { hasBit: true }, { isOfWholeMm: true });
const hex = (pte: Pte): string => `0x${pte.toString(16)}`;

test('every combination of bits is what the kernel takes for granted', () => {
  const widest = { pfn: 2 ** 44 - 1, swapType: 31, swapOffset: 2 ** 45 - 1 };
  expect(debugVmPgtable(arch, widest)).toEqual([]);
  // And without the exclusive bit, as it was before.
  expect(
    debugVmPgtable(new Riscv(new NoTlb(), { hasBit: false }, { isOfWholeMm: true }), widest),
  ).toEqual([]);
  expect(debugVmPgtableHuge(arch)).toEqual([]);
  expect(layoutConflicts(riscvLayout)).toEqual([]);
});

describe('present entries', () => {
  const shared = arch.vmGetPageProt(VM_READ | VM_WRITE | VM_SHARED);

  test('the frame number begins at bit 10', () => {
    expect(hex(arch.pfnPte(0x1234, arch.vmGetPageProt(VM_READ)))).toBe('0x48d053');
    expect(hex(arch.pfnPte(1, shared))).toBe('0x457');
    expect(hex(arch.pfnPte(1, arch.vmGetPageProt(0)))).toBe('0x422');
    expect(hex(arch.mkTable(0x42))).toBe('0x10801');
  });

  test('each of write, young, dirty and special is one bit', () => {
    const pte = arch.pteWrprotect(arch.pteMkold(arch.pfnPte(1, shared)));
    expect(arch.pteMkwrite(pte) ^ pte).toBe(0x4n);
    expect(arch.pteMkyoung(pte) ^ pte).toBe(0x40n);
    expect(arch.pteMkdirty(pte) ^ pte).toBe(0x80n);
    expect(arch.pteMkspecial(pte) ^ pte).toBe(0x100n);
  });

  test('the hardware faults where software has to set a bit', () => {
    const pte = arch.pfnPte(1, shared);
    expect(arch.walkerPermits(pte, false)).toBe(true);
    expect(arch.walkerPermits(arch.pteMkold(pte), false)).toBe(false);
    expect(arch.walkerPermits(pte, true)).toBe(false);
    expect(arch.walkerPermits(arch.pteMkdirty(pte), true)).toBe(true);
    const none = arch.pteMkyoung(arch.pfnPte(1, arch.vmGetPageProt(0)));
    expect(arch.walkerPermits(none, false)).toBe(false);
  });
});

describe('swap entries', () => {
  test('type in bits 7 to 11, offset from bit 12, exclusive in bit 6', () => {
    expect(hex(arch.swpEntryToPte(swpEntry(31, 0)))).toBe('0xf80');
    expect(hex(arch.swpEntryToPte(swpEntry(0, 1)))).toBe('0x1000');
    const pte = arch.swpEntryToPte(swpEntry(1, 17));
    expect(arch.pteSwpMkexclusive(pte) ^ pte).toBe(0x40n);
    expect(arch.describe(arch.pteSwpMkexclusive(pte))).toBe('swap 1:17 exclusive');
  });

  test('up to v6.2 type in bits 6 to 10 and offset from bit 11, without exclusive', () => {
    const { type, offset } = riscvSwapBeforeExclusive;
    expect(hex(maskOf(type))).toBe('0x7c0');
    expect(hex(maskOf(offset))).toBe('0xfffffffffffff800');
    expect(layoutConflicts({ ...riscvLayout, swap: riscvSwapBeforeExclusive })).toEqual([]);
  });

  test('have neither soft-dirty nor uffd-wp', () => {
    const pte = arch.swpEntryToPte(swpEntry(1, 17));
    expect(arch.pteSwpMksoftDirty(pte)).toBe(pte);
    expect(arch.pteSwpMkuffdWp(pte)).toBe(pte);
  });
});
