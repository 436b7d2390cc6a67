import { type Pte, swpEntry, VM_READ, VM_SHARED, VM_WRITE } from '@pagerace/page-model';
import { NoTlb } from '@pagerace/page-model/testing';
import { maskOf } from '@pagerace/pgtable-generic';
import {
  debugVmPgtable,
  debugVmPgtableHuge,
  layoutConflicts,
} from '@pagerace/pgtable-generic/testing';
import { describe, expect, test } from 'vitest';
import {
  _PAGE_PRESENT,
  INVALID_PMD_TABLE,
  INVALID_PTE_TABLE,
  Mips,
  mipsLayout,
  MipsMmid,
  mipsSwapBeforeExclusive,
} from '../src/index.js';

const arch = new Mips(new NoTlb(), { hasBit: true });
const hex = (pte: Pte): string => `0x${pte.toString(16)}`;

test.each([arch, new MipsMmid(new NoTlb(), { hasBit: true })])(
  'on $name every combination of bits is what the kernel takes for granted',
  (one) => {
    const widest = { pfn: 2 ** 50 - 1, swapType: 127, swapOffset: 2 ** 40 - 1 };
    expect(debugVmPgtable(one, widest)).toEqual([]);
    // And without the exclusive bit, as it was before.
    expect(debugVmPgtable(new Mips(new NoTlb(), { hasBit: false }), widest)).toEqual([]);
    expect(debugVmPgtableHuge(one)).toEqual([]);
    expect(one.hasRcuTableFree).toBe(false);
  },
);

test.each([
  [12, 512, 21],
  [14, 2048, 25],
  [16, 8192, 29],
] as const)(
  'pages of 2^%i bytes: %i entries in the last table, 2^%i bytes each',
  (shift, entries, pmd) => {
    const layout = mipsLayout(shift);
    expect(layout.levels.at(-1)).toEqual({ name: 'pte', shift, entries });
    expect(layout.levels.at(-2)).toMatchObject({ name: 'pmd', shift: pmd });
    for (const [nth, level] of layout.levels.slice(1).entries()) {
      expect(level.shift + Math.log2(level.entries)).toBe(layout.levels[nth]!.shift);
    }
    expect(layoutConflicts(layout)).toEqual([]);
  },
);

describe('present entries', () => {
  const pte = arch.pfnPte(1, arch.vmGetPageProt(VM_READ | VM_WRITE | VM_SHARED));

  test('protections; the frame number begins at bit 14', () => {
    expect(hex(arch.pfnPte(0x1234, arch.vmGetPageProt(VM_READ)))).toBe('0x48d2841');
    expect(hex(pte)).toBe('0x6843');
    expect(hex(arch.pfnPte(1, arch.vmGetPageProt(0)))).toBe('0x68c1');
  });

  test('accessed goes with valid, and write and modified together with dirty', () => {
    expect(arch.pteMkyoung(pte) ^ pte).toBe(0x204n);
    const readOnly = arch.pteWrprotect(pte);
    expect(arch.pteMkwrite(readOnly) ^ readOnly).toBe(0x2n);
    expect(arch.pteMkdirty(readOnly) ^ readOnly).toBe(0x8n);
    expect(arch.pteMkdirty(pte) ^ pte).toBe(0x408n);
    expect(arch.pteMkwrite(arch.pteMkdirty(readOnly))).toBe(arch.pteMkdirty(pte));
    expect(arch.pteWrprotect(arch.pteMkdirty(pte)) ^ readOnly).toBe(0x8n);
    expect(arch.pteMkclean(arch.pteMkdirty(pte))).toBe(pte);
    expect(arch.pteMkspecial(pte) ^ pte).toBe(0x20n);
  });

  test('the hardware faults where software has to set a bit', () => {
    const young = arch.pteMkyoung(pte);
    expect(arch.walkerPermits(pte, false)).toBe(false);
    expect(arch.walkerPermits(young, false)).toBe(true);
    expect(arch.walkerPermits(young, true)).toBe(false);
    expect(arch.walkerPermits(arch.pteMkdirty(young), true)).toBe(true);
    const none = arch.pteMkyoung(arch.pfnPte(1, arch.vmGetPageProt(0)));
    expect(arch.walkerPermits(none, false)).toBe(false);
  });
});

describe('swap entries', () => {
  test('type in bits 16 to 22, offset from bit 24, exclusive in bit 23', () => {
    expect(hex(arch.swpEntryToPte(swpEntry(127, 0)))).toBe('0x7f0000');
    expect(hex(arch.swpEntryToPte(swpEntry(0, 1)))).toBe('0x1000000');
    const pte = arch.swpEntryToPte(swpEntry(1, 17));
    expect(arch.pteSwpMkexclusive(pte) ^ pte).toBe(0x800000n);
    expect(arch.pteSwpMksoftDirty(pte)).toBe(pte);
    expect(arch.pteSwpMkuffdWp(pte)).toBe(pte);
  });

  test('up to v6.2 type in bits 16 to 23, without exclusive', () => {
    const { type, offset } = mipsSwapBeforeExclusive;
    expect(hex(maskOf(type))).toBe('0xff0000');
    expect(hex(maskOf(offset))).toBe('0xffffffffff000000');
    expect(layoutConflicts({ ...mipsLayout(12), swap: mipsSwapBeforeExclusive })).toEqual([]);
  });
});

describe('entries above the last level', () => {
  test('an empty one points to a table of empty ones', () => {
    expect(arch.levels.map(({ none }) => none)).toEqual([
      INVALID_PMD_TABLE,
      INVALID_PTE_TABLE,
      undefined,
    ]);
    expect(arch.pmdNone(0n)).toBe(false);
    expect(arch.pteNone(0x100n)).toBe(true);
  });

  test('one with a table is the address of it', () => {
    expect(hex(arch.mkTable(0x42))).toBe('0xa800000000042000');
    expect(arch.pmdTransHuge(arch.mkTable(0x42))).toBe(false);
  });

  test('a huge one has bit 4', () => {
    const pte = arch.pfnPte(0x200, arch.vmGetPageProt(VM_READ));
    expect(arch.pteHugePmd(pte) ^ pte).toBe(0x10n);
    expect(arch.pmdTransHuge(arch.pteHugePmd(pte))).toBe(true);
  });

  test('a huge one that is invalid for the moment is not present', () => {
    const pmd = arch.pteHugePmd(arch.pfnPte(0x200, arch.vmGetPageProt(VM_READ)));
    const invalid = pmd & ~_PAGE_PRESENT;
    expect([arch.pmdTransHuge(invalid), arch.pmdPresent(invalid)]).toEqual([true, false]);
  });
});
