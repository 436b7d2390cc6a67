import { type Pte, swpEntry, VM_READ, VM_SHARED, VM_WRITE } from '@pagerace/page-model';
import { NoTlb } from '@pagerace/page-model/testing';
import {
  debugVmPgtable,
  debugVmPgtableHuge,
  layoutConflicts,
} from '@pagerace/pgtable-generic/testing';
import { describe, expect, test } from 'vitest';
import { Arm64, arm64Layout, PTE_RDONLY } from '../src/index.js';

const arch = new Arm64(new NoTlb(), { hasBit: true });
const hex = (pte: Pte): string => `0x${pte.toString(16).padStart(16, '0')}`;

test('every combination of bits is what the kernel takes for granted', () => {
  const widest = { pfn: 2 ** 36 - 1, swapType: 31, swapOffset: 2 ** 45 - 1 };
  expect(debugVmPgtable(arch, widest)).toEqual([]);
  // And without the exclusive bit, as it was before.
  expect(debugVmPgtable(new Arm64(new NoTlb(), { hasBit: false }), widest)).toEqual([]);
  expect(debugVmPgtableHuge(arch)).toEqual([]);
});

describe('page sizes', () => {
  test.each([
    [12, 512, 21],
    [14, 2048, 25],
    [16, 8192, 29],
  ] as const)(
    '2^%i bytes: %i entries in the last table, 2^%i bytes each',
    (shift, entries, pmd) => {
      const { levels, pageShift, ...layout } = arm64Layout(shift);
      expect(pageShift).toBe(shift);
      expect(levels.at(-1)).toEqual({ name: 'pte', shift, entries });
      expect(levels.at(-2)).toMatchObject({ name: 'pmd', shift: pmd });
      // Each level takes up where the one below ends, and all of them make 48 bits.
      for (const [nth, level] of levels.slice(1).entries()) {
        expect(level.shift + Math.log2(level.entries)).toBe(levels[nth]!.shift);
      }
      expect(levels[0]!.shift + Math.log2(levels[0]!.entries)).toBe(48);
      expect(layoutConflicts({ ...layout, levels, pageShift })).toEqual([]);
    },
  );
});

describe('present entries', () => {
  const readWrite = VM_READ | VM_WRITE;
  const pte = arch.pfnPte(0x1234, arch.vmGetPageProt(readWrite));

  test('protections', () => {
    expect(hex(pte)).toBe('0x0060000001234fc3');
    expect(hex(arch.pfnPte(1, arch.vmGetPageProt(readWrite | VM_SHARED)))).toBe(
      '0x0068000000001fc3',
    );
    const none = arch.pfnPte(1, arch.vmGetPageProt(0));
    expect(hex(none)).toBe('0x0460000000001f82');
    expect(arch.ptePresent(none)).toBe(true);
    expect(arch.pteAccessPermitted(none, false)).toBe(false);
  });

  test('the four states of dirty and writable', () => {
    const states = [
      [arch.pteMkclean(arch.pteWrprotect(pte)), '1 0 0'],
      [arch.pteMkclean(arch.pteMkwrite(pte)), '1 1 0'],
      [arch.pteWrprotect(arch.pteMkdirty(pte)), '1 0 1'],
      [arch.pteMkdirty(arch.pteMkwrite(pte)), '0 1 1'],
    ] as const;
    const rdonlyWriteDirty = (one: Pte): string =>
      [7n, 51n, 55n].map((bit) => String((one >> bit) & 1n)).join(' ');
    expect(states.map(([one]) => rdonlyWriteDirty(one))).toEqual(states.map(([, bits]) => bits));
    expect(states.map(([one]) => arch.pteDirty(one))).toEqual([false, false, true, true]);
    expect(states.map(([one]) => arch.pteWrite(one))).toEqual([false, true, false, true]);
  });

  test('what the hardware made dirty stays so when it is write-protected', () => {
    const stored = arch.pteMkclean(arch.pteMkwrite(pte)) & ~PTE_RDONLY;
    expect(arch.pteDirty(stored)).toBe(true);
    expect(arch.pteDirty(arch.pteWrprotect(stored))).toBe(true);
    expect(arch.pteDirty(arch.pteMkclean(stored))).toBe(false);
  });

  test('is another entry after the hardware has made it dirty: pte_same() is the generic one', () => {
    const clean = arch.pteMkclean(arch.pteMkwrite(pte));
    expect(arch.pteSame(clean, clean & ~PTE_RDONLY)).toBe(false);
  });
});

describe('swap entries', () => {
  test('type in bits 3 to 7, offset in bits 8 to 57, exclusive in bit 2', () => {
    expect(hex(arch.swpEntryToPte(swpEntry(31, 0)))).toBe('0x00000000000000f8');
    expect(hex(arch.swpEntryToPte(swpEntry(0, 1)))).toBe('0x0000000000000100');
    const pte = arch.swpEntryToPte(swpEntry(1, 17));
    expect(arch.pteSwpMkexclusive(pte) ^ pte).toBe(0x4n);
    expect(arch.describe(arch.pteSwpMkexclusive(pte))).toBe('swap 1:17 exclusive');
  });

  test('have neither soft-dirty nor uffd-wp', () => {
    const pte = arch.swpEntryToPte(swpEntry(1, 17));
    expect(arch.pteSwpMksoftDirty(pte)).toBe(pte);
    expect(arch.pteSwpMkuffdWp(pte)).toBe(pte);
    expect(arch.pteSoftDirty(arch.pteMkdirty(pte))).toBe(false);
  });
});

test('an entry that points to a table', () => {
  expect(hex(arch.mkTable(0x42))).toBe('0x0800000000042003');
});
