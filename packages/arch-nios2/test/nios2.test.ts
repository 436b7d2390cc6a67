import { type Pte, swpEntry, VM_READ, VM_SHARED, VM_WRITE } from '@pagerace/page-model';
import { NoTlb } from '@pagerace/page-model/testing';
import { maskOf } from '@pagerace/pgtable-generic';
import { debugVmPgtable, layoutConflicts } from '@pagerace/pgtable-generic/testing';
import { expect, test } from 'vitest';
import { Nios2, nios2Layout, nios2SwapBeforeExclusive } from '../src/index.js';

const arch = new Nios2(new NoTlb(), { hasBit: true });
const hex = (pte: Pte): string => `0x${pte.toString(16)}`;

test('every combination of bits is what the kernel takes for granted', () => {
  const widest = { pfn: 2 ** 20 - 1, swapType: 31, swapOffset: 2 ** 20 - 1, special: false };
  // pte_none() does not look at the four lowest bits, which are the offset's: of the first device, the
  // slots 1 to 15 read as empty entries. So they do by the kernel's header.
  expect(debugVmPgtable(arch, widest)).toEqual([
    'a swap entry is one',
    'a swap entry is neither present nor none',
  ]);
  // And without the exclusive bit, as it was before.
  expect(
    debugVmPgtable(new Nios2(new NoTlb(), { hasBit: false }), { ...widest, swapType: 3 }),
  ).toEqual(['a swap entry is one', 'a swap entry is neither present nor none']);
  expect(layoutConflicts(nios2Layout)).toEqual([]);
});

test('present entries', () => {
  expect(hex(arch.pfnPte(0x1234, arch.vmGetPageProt(VM_READ)))).toBe('0x3801234');
  expect(hex(arch.pfnPte(1, arch.vmGetPageProt(VM_READ | VM_WRITE | VM_SHARED)))).toBe('0x3c00001');
  expect(hex(arch.pfnPte(1, arch.vmGetPageProt(0)))).toBe('0x3000001');
});

test('the hardware goes by read and write, and not by old or clean', () => {
  const writable = arch.pfnPte(1, arch.vmGetPageProt(VM_READ | VM_WRITE | VM_SHARED));
  const oldAndClean = arch.pteMkold(arch.pteMkclean(writable));
  const permitted = (pte: Pte): boolean[] =>
    [false, true].map((one) => arch.walkerPermits(pte, one));
  expect(permitted(oldAndClean)).toEqual([true, true]);
  expect(permitted(arch.pteWrprotect(arch.pteMkdirty(writable)))).toEqual([true, false]);
  expect(permitted(arch.pfnPte(1, arch.vmGetPageProt(0)))).toEqual([false, false]);
});

test('an empty entry', () => {
  expect(hex(arch.none)).toBe('0x0');
});

test('swap entries since v6.3', () => {
  expect(hex(arch.swpEntryToPte(swpEntry(31, 0)))).toBe('0x7c000000');
  expect(hex(arch.swpEntryToPte(swpEntry(0, 1)))).toBe('0x1');
  const pte = arch.swpEntryToPte(swpEntry(1, 17));
  expect(hex(arch.pteSwpMkexclusive(pte) ^ pte)).toBe('0x80000000');
  expect(arch.pteSwpMksoftDirty(pte)).toBe(pte);
  expect(arch.pteSwpMkuffdWp(pte)).toBe(pte);
});

test('swap entries up to v6.2', () => {
  const { type, offset, exclusive } = nios2SwapBeforeExclusive;
  expect([hex(maskOf(type)), hex(maskOf(offset)), exclusive]).toEqual(['0xc000000', '0xfffff', 0n]);
  expect(layoutConflicts({ ...nios2Layout, swap: nios2SwapBeforeExclusive })).toEqual([]);
});
