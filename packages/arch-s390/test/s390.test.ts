import { type Pte, swpEntry, VM_READ, VM_SHARED, VM_WRITE } from '@pagerace/page-model';
import { NoTlb } from '@pagerace/page-model/testing';
import {
  debugVmPgtable,
  debugVmPgtableHuge,
  layoutConflicts,
} from '@pagerace/pgtable-generic/testing';
import type { Translations } from '@pagerace/pgtable-generic';
import { describe, expect, test } from 'vitest';
import { S390, s390Layout } from '../src/index.js';

// No test here does anything to an entry in place, which is all that it would be for.
const noTranslations = {} as unknown as Translations;
const arch = new S390(new NoTlb(), { hasBit: true }, noTranslations);
const hex = (pte: Pte): string => `0x${pte.toString(16)}`;

test('every combination of bits is what the kernel takes for granted', () => {
  const widest = { pfn: 2 ** 52 - 1, swapType: 31, swapOffset: 2 ** 45 - 1 };
  expect(debugVmPgtable(arch, widest)).toEqual([]);
  // And without the exclusive bit, as it was before.
  expect(debugVmPgtable(new S390(new NoTlb(), { hasBit: false }, noTranslations), widest)).toEqual(
    [],
  );
  expect(debugVmPgtableHuge(arch)).toEqual([]);
  expect(layoutConflicts(s390Layout)).toEqual([]);
});

test('each level takes up where the one below ends, and all of them make 64 bits', () => {
  const { levels } = arch;
  for (const [nth, level] of levels.slice(1).entries()) {
    expect(level.shift + Math.log2(level.entries)).toBe(levels[nth]!.shift);
  }
  expect(levels[0]!.shift + Math.log2(levels[0]!.entries)).toBe(64);
});

test('an empty entry is invalid, at each level in its own way', () => {
  expect(hex(arch.none)).toBe('0x400');
  expect(arch.pteNone(0n)).toBe(false);
  expect(arch.levels.map(({ none }) => none)).toEqual([0x2cn, 0x28n, 0x24n, 0x20n, undefined]);
  expect(arch.describe(0x20n, arch.levels[3])).toBe('none');
  expect(arch.describe(arch.mkTable(0x42), arch.levels[3])).toBe('table in pfn 66');
});

describe('what is present', () => {
  // The table of the kernel's header: I invalid, R read-only, then the bits of software.
  const I = 0x400n;
  const R = 0x200n;
  const shared = arch.vmGetPageProt(VM_READ | VM_WRITE | VM_SHARED);
  test.each<[string, Pte, bigint]>([
    ['none', arch.vmGetPageProt(0), I | R | 0x001n],
    ['read-only', arch.vmGetPageProt(VM_READ), R | 0x011n],
    ['read-write', shared, R | 0x031n],
  ])('%s: clean and old, young, dirty and old, dirty and young', (name, protection, young) => {
    const executable = arch.pfnPte(0, protection) & ~0x100n;
    const clean = arch.pteMkclean(executable) & ~0x2n;
    const dirty = arch.pteMkdirty(executable) & ~0x2n;
    // A page that is not writable stays protected when it is dirty.
    const unprotected = name === 'read-write' ? R : 0n;
    expect(hex(arch.pteMkold(clean))).toBe(hex(young | I));
    expect(hex(arch.pteMkyoung(clean))).toBe(hex(young | 0x4n));
    expect(hex(arch.pteMkold(dirty))).toBe(hex((young | I | 0x8n) & ~unprotected));
    expect(hex(arch.pteMkyoung(dirty))).toBe(hex((young | 0xcn) & ~unprotected));
  });

  test('the hardware goes through no entry of a table that is invalid, though it is there', () => {
    const table = arch.mkTable(0x42);
    const invalid = table | 0x20n;
    expect([arch.walkerFollows(table), arch.pmdPresent(table)]).toEqual([true, true]);
    expect([arch.walkerFollows(invalid), arch.pmdPresent(invalid)]).toEqual([false, true]);
  });

  test('the hardware reads what is young, and writes what is young, dirty and writable', () => {
    const pte = arch.pfnPte(1, shared);
    const dirty = arch.pteMkdirty(pte);
    expect(arch.walkerPermits(pte, false)).toBe(true);
    expect(arch.walkerPermits(pte, true)).toBe(false);
    expect(arch.walkerPermits(dirty, true)).toBe(true);
    expect(arch.walkerPermits(arch.pteMkold(dirty), false)).toBe(false);
    expect(arch.walkerPermits(arch.pteWrprotect(dirty), true)).toBe(false);
    expect(arch.walkerPermits(arch.pfnPte(1, arch.vmGetPageProt(0)), false)).toBe(false);
  });

  test('GUP-fast takes an old entry, which the hardware does not', () => {
    expect(arch.pteAccessPermitted(arch.pteMkold(arch.pfnPte(1, shared)), true)).toBe(true);
  });
});

describe('swap entries', () => {
  test('are invalid and protected, with type in bits 2 to 6 and offset in bits 12 to 63', () => {
    expect(hex(arch.swpEntryToPte(swpEntry(31, 0)))).toBe('0x67c');
    expect(hex(arch.swpEntryToPte(swpEntry(0, 1)))).toBe('0x1600');
  });

  test('exclusive is bit 11, soft-dirty bit 1; there is no uffd-wp', () => {
    const pte = arch.swpEntryToPte(swpEntry(2, 77));
    expect(arch.pteSwpMkexclusive(pte) ^ pte).toBe(0x800n);
    expect(arch.pteSwpMksoftDirty(pte) ^ pte).toBe(0x2n);
    expect(arch.pteSwpMkuffdWp(pte)).toBe(pte);
  });
});
