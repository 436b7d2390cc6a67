import { type Pte, swpEntry, VM_READ, VM_SHARED, VM_WRITE } from '@pagerace/page-model';
import { NoTlb } from '@pagerace/page-model/testing';
import type { Translations } from '@pagerace/pgtable-generic';
import {
  debugVmPgtable,
  debugVmPgtableHuge,
  layoutConflicts,
} from '@pagerace/pgtable-generic/testing';
import { describe, expect, test } from 'vitest';
import {
  _PAGE_HPTEFLAGS,
  _PAGE_INVALID,
  _PAGE_PRESENT,
  H_PAGE_HASHPTE,
  Hash,
  hashLayout,
  Radix,
  radixLayout,
} from '../src/index.js';

const newRadix = (hasBit: boolean): Radix =>
  new Radix(new NoTlb(), { hasBit }, { serializesAgainstLookups: false });
// No test here does anything to an entry in place, which is all that translations would be for.
const newHash = (hasBit: boolean): Hash =>
  new Hash(new NoTlb(), { hasBit }, {} as unknown as Translations);
const radix = newRadix(true);
const hash = newHash(true);
const hex = (pte: Pte): string => `0x${pte.toString(16).padStart(16, '0')}`;

describe.each([
  ['radix', radix, radixLayout, newRadix(false)],
  ['hash', hash, hashLayout, newHash(false)],
] as const)('%s', (_name, arch, layout, before) => {
  test('every combination of bits is what the kernel takes for granted', () => {
    const widest = { pfn: 2 ** 37 - 1, swapType: 31, swapOffset: 2 ** 37 - 1 };
    expect(debugVmPgtable(arch, widest)).toEqual([]);
    // And without the exclusive bit, as it was before.
    expect(debugVmPgtable(before, widest)).toEqual([]);
    expect(debugVmPgtableHuge(arch)).toEqual([]);
    expect(layoutConflicts(layout)).toEqual([]);
    // And without the exclusive bit, as it was before.
    expect(layoutConflicts({ ...layout, swap: layout.swapBeforeExclusive })).toEqual([]);
  });

  test('each level takes up where the one below ends, and all of them make 52 bits', () => {
    const { levels } = arch;
    for (const [nth, level] of levels.slice(1).entries()) {
      expect(level.shift + Math.log2(level.entries)).toBe(levels[nth]!.shift);
    }
    expect(levels[0]!.shift + Math.log2(levels[0]!.entries)).toBe(52);
  });

  test('present entries', () => {
    const shared = arch.vmGetPageProt(VM_READ | VM_WRITE | VM_SHARED);
    expect(hex(arch.pfnPte(0x1234, arch.vmGetPageProt(VM_READ)))).toBe('0xc000000012340104');
    expect(hex(arch.pfnPte(1, shared))).toBe('0xc000000000010106');
    const none = arch.pfnPte(1, arch.vmGetPageProt(0));
    expect(hex(none)).toBe('0xc000000000010108');
    expect(arch.pteAccessPermitted(none, false)).toBe(false);
    const dirty = arch.pteMkdirty(none);
    expect(dirty ^ none).toBe(0x280n);
    expect(arch.pteSoftDirty(arch.pteMkclean(dirty))).toBe(true);
  });

  test('an entry that is invalid for the moment is present, and the hardware faults on it', () => {
    const pte = arch.pfnPte(1, arch.vmGetPageProt(VM_READ));
    const invalid = (pte & ~_PAGE_PRESENT) | _PAGE_INVALID;
    expect(arch.ptePresent(invalid)).toBe(true);
    expect(arch.isSwapPte(invalid)).toBe(false);
    expect(arch.walkerPermits(invalid, false)).toBe(false);
    expect(arch.walkerPermits(pte, false)).toBe(true);
  });

  test('swap entries: type in bits 0 to 4, offset where the frame number is', () => {
    expect(hex(arch.swpEntryToPte(swpEntry(31, 0)))).toBe('0x400000000000001f');
    expect(hex(arch.swpEntryToPte(swpEntry(0, 1)))).toBe('0x4000000000010000');
    const pte = arch.swpEntryToPte(swpEntry(1, 17));
    expect(arch.pteSwpMkexclusive(pte) ^ pte).toBe(0x20n);
    expect(arch.pteSwpMksoftDirty(pte) ^ pte).toBe(0x200n);
    expect(arch.pteSwpMkuffdWp(pte)).toBe(pte);
    // Storing an entry strips these.
    const marked = arch.pteSwpMksoftDirty(arch.pteSwpMkexclusive(pte));
    expect(marked & _PAGE_HPTEFLAGS).toBe(0n);
  });
});

test('what may be left over in an empty entry', () => {
  expect(radix.pteNone(0x180n)).toBe(true);
  expect(radix.pteNone(H_PAGE_HASHPTE)).toBe(false);
  expect(hash.pteNone(_PAGE_HPTEFLAGS)).toBe(true);
  expect(hash.pteNone(0x180n)).toBe(false);
});

test('an entry is the same whether it is in the hash table or not', () => {
  const pte = hash.pfnPte(1, hash.vmGetPageProt(VM_READ));
  expect(hash.pteSame(pte, pte | H_PAGE_HASHPTE)).toBe(true);
  expect(hash.pteSame(pte, hash.pteMkold(pte))).toBe(false);
});

test('the size of a huge page, which an entry of the last level but one maps', () => {
  expect(radix.levels.at(-2)?.shift).toBe(21);
  expect(hash.levels.at(-2)?.shift).toBe(24);
});
