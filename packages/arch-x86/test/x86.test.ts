import {
  type Pte,
  swpEntry,
  swpOffset,
  swpType,
  VM_READ,
  VM_SHARED,
  VM_WRITE,
} from '@pagerace/page-model';
import { NoTlb } from '@pagerace/page-model/testing';
import {
  debugVmPgtable,
  debugVmPgtableHuge,
  layoutConflicts,
} from '@pagerace/pgtable-generic/testing';
import { describe, expect, test } from 'vitest';
import {
  _PAGE_KNL_ERRATUM_MASK,
  X86,
  x86Layout,
  X86Pae,
  x86PaeLayout,
  X86TwoLevel,
  x86TwoLevelLayout,
} from '../src/index.js';

const x86 = new X86(new NoTlb(), { hasBit: true });
const hex = (pte: Pte): string => `0x${pte.toString(16).padStart(16, '0')}`;
const readWrite = VM_READ | VM_WRITE;

describe('present entries', () => {
  const pte = x86.pfnPte(0x1234, x86.vmGetPageProt(readWrite));

  test('a private writable mapping starts read-only, young and clean', () => {
    expect(hex(pte)).toBe('0x8000000001234025');
    expect(x86.pteWrite(pte)).toBe(false);
    expect(x86.pteYoung(pte)).toBe(true);
    expect(x86.pteDirty(pte)).toBe(false);
  });

  test('a shared writable mapping starts writable', () => {
    expect(hex(x86.pfnPte(1, x86.vmGetPageProt(readWrite | VM_SHARED)))).toBe('0x8000000000001027');
  });

  test.each([
    ['write', (one: Pte) => x86.pteMkwrite(one), (one: Pte) => x86.pteWrprotect(one), 0x2n],
    ['young', (one: Pte) => x86.pteMkyoung(one), (one: Pte) => x86.pteMkold(one), 0x20n],
  ] as const)('%s is one bit', (_name, set, clear, bit) => {
    expect(set(clear(pte)) ^ clear(pte)).toBe(bit);
    expect(clear(set(pte))).toBe(clear(pte));
  });

  test('dirtying sets the soft-dirty bit too, and cleaning leaves it', () => {
    const dirty = x86.pteMkdirty(pte);
    expect(dirty ^ pte).toBe(0x840n);
    expect(x86.pteMkclean(dirty) ^ pte).toBe(0x800n);
    expect(x86.pteSoftDirty(x86.pteMkclean(dirty))).toBe(true);
  });

  test('the frame number is in bits 12 to 51', () => {
    const highest = 2 ** 40 - 1;
    expect(x86.ptePfn(pte)).toBe(0x1234);
    expect(x86.ptePfn(x86.pfnPte(highest, x86.vmGetPageProt(readWrite)))).toBe(highest);
    expect(hex(x86.pfnPte(highest, 0x1n))).toBe('0x000ffffffffff001');
  });

  test('user space may write only through a writable entry', () => {
    expect(x86.pteAccessPermitted(pte, false)).toBe(true);
    expect(x86.pteAccessPermitted(pte, true)).toBe(false);
    expect(x86.pteAccessPermitted(x86.pteMkwrite(pte), true)).toBe(true);
  });

  test('PROT_NONE is present to the kernel only, and its frame number is inverted', () => {
    const none = x86.pfnPte(0x1234, x86.vmGetPageProt(0));
    expect(hex(none)).toBe('0x000ffffffedcb120');
    expect(x86.ptePresent(none)).toBe(true);
    expect(x86.pteProtnone(none)).toBe(true);
    expect(x86.pteAccessPermitted(none, false)).toBe(false);
    expect(x86.ptePfn(none)).toBe(0x1234);
  });

  test('an entry of a huge page that pmd_mkinvalid() takes from the hardware keeps its page', () => {
    class Exposed extends X86 {
      invalid(pmd: Pte): Pte {
        return this.pmdMkinvalid(pmd);
      }
    }
    const pmd = x86.pteHugePmd(x86.pfnPte(0x1200, x86.vmGetPageProt(readWrite)));
    const invalid = new Exposed(new NoTlb(), { hasBit: true }).invalid(pmd);
    expect([hex(pmd), hex(invalid)]).toEqual(['0x80000000012000a5', '0x800ffffffedff0a4']);
    expect(x86.pmdTransHuge(invalid)).toBe(true);
    expect(x86.pteAccessPermitted(x86.pmdPte(invalid), false)).toBe(false);
    expect(x86.ptePfn(x86.pmdPte(invalid))).toBe(0x1200);
  });

  test('stray accessed and dirty bits do not make an entry', () => {
    expect(x86.pteNone(_PAGE_KNL_ERRATUM_MASK)).toBe(true);
    expect(x86.isSwapPte(_PAGE_KNL_ERRATUM_MASK)).toBe(false);
    expect(x86.pteNone(x86.pteMkspecial(0n))).toBe(false);
  });
});

describe('swap entries', () => {
  test('type in bits 59 to 63, inverted offset in bits 9 to 58', () => {
    expect(hex(x86.swpEntryToPte(swpEntry(0, 0)))).toBe('0x07fffffffffffe00');
    expect(hex(x86.swpEntryToPte(swpEntry(31, 0)))).toBe('0xfffffffffffffe00');
    expect(hex(x86.swpEntryToPte(swpEntry(1, 0x10)))).toBe('0x0fffffffffffde00');
  });

  test.each([
    [0, 0],
    [1, 1],
    [5, 0xabcdef],
    [31, 2 ** 45 - 1],
  ])('type %i offset %i come back', (type, offset) => {
    const pte = x86.swpEntryToPte(swpEntry(type, offset));
    const entry = x86.pteToSwpEntry(pte);
    expect([swpType(entry), swpOffset(entry)]).toEqual([type, offset]);
    expect(x86.isSwapPte(pte)).toBe(true);
    expect(x86.ptePresent(pte)).toBe(false);
  });

  test('exclusive is bit 3, soft-dirty bit 1, uffd-wp bit 2, and none is part of the entry', () => {
    const pte = x86.swpEntryToPte(swpEntry(2, 77));
    expect(x86.pteSwpMkexclusive(pte) ^ pte).toBe(0x8n);
    expect(x86.pteSwpMksoftDirty(pte) ^ pte).toBe(0x2n);
    expect(x86.pteSwpMkuffdWp(pte) ^ pte).toBe(0x4n);
    const all = x86.pteSwpMkuffdWp(x86.pteSwpMksoftDirty(x86.pteSwpMkexclusive(pte)));
    expect(x86.pteToSwpEntry(all)).toBe(swpEntry(2, 77));
    expect(x86.pteSwpClearUffdWp(x86.pteSwpClearSoftDirty(x86.pteSwpClearExclusive(all)))).toBe(
      pte,
    );
  });
});

test('an entry that points to a table', () => {
  expect(hex(x86.mkTable(0x42))).toBe('0x0000000000042067');
  expect(x86.tablePfn(x86.mkTable(0x42))).toBe(0x42);
  expect(x86.pmdNone(0n)).toBe(true);
});

test('entries in words', () => {
  const pte = x86.pteMkwrite(x86.pfnPte(3, x86.vmGetPageProt(readWrite)));
  expect(x86.describe(0n)).toBe('none');
  expect(x86.describe(x86.pteMkdirty(pte))).toBe('pfn 3 young dirty write');
  expect(x86.describe(x86.pteMkold(x86.pteWrprotect(pte)))).toBe('pfn 3 old clean read-only');
  expect(x86.describe(x86.pteSwpMkexclusive(x86.swpEntryToPte(swpEntry(0, 17))))).toBe(
    'swap 0:17 exclusive',
  );
});

test('every combination of bits is what the kernel takes for granted', () => {
  const widest = { pfn: 2 ** 40 - 1, swapType: 31, swapOffset: 2 ** 45 - 1 };
  expect(debugVmPgtable(x86, widest)).toEqual([]);
  // And without the exclusive bit, as it was before.
  expect(debugVmPgtable(new X86(new NoTlb(), { hasBit: false }), widest)).toEqual([]);
  expect(debugVmPgtableHuge(x86)).toEqual([]);
  expect(layoutConflicts(x86Layout)).toEqual([]);
});

describe('32-bit x86', () => {
  const twoLevel = new X86TwoLevel(new NoTlb(), { hasBit: true });
  const pae = new X86Pae(new NoTlb(), { hasBit: true });

  test('without PAE a swap entry has its type in bits 1 to 5, and its offset in bits 9 to 31, not inverted', () => {
    expect(twoLevel.swpEntryToPte(swpEntry(31, 0)).toString(16)).toBe('3e');
    expect(twoLevel.swpEntryToPte(swpEntry(1, 0x10)).toString(16)).toBe('2002');
    expect(twoLevel.swpEntryToPte(swpEntry(0, 2 ** 23 - 1)).toString(16)).toBe('fffffe00');
  });

  test('with PAE it is where x86-64 has it, inverted', () => {
    const entry = swpEntry(3, 2 ** 27 - 1);
    expect(pae.swpEntryToPte(entry)).toBe(x86.swpEntryToPte(entry));
  });

  test.each([twoLevel, pae])('exclusive is bit 7, and there is no other mark: $name', (arch) => {
    const pte = arch.swpEntryToPte(swpEntry(2, 77));
    expect(arch.pteSwpMkexclusive(pte) ^ pte).toBe(0x80n);
    expect(arch.pteSwpMksoftDirty(pte)).toBe(pte);
    expect(arch.pteSwpMkuffdWp(pte)).toBe(pte);
    expect([arch.hasSoftDirty, arch.hasUffdWp]).toEqual([false, false]);
  });

  test('without PAE there is no NX bit, nothing is inverted, and accessed and dirty make an entry', () => {
    expect(twoLevel.pfnPte(0x1234, twoLevel.vmGetPageProt(readWrite)).toString(16)).toBe('1234025');
    expect(twoLevel.pfnPte(0x1234, twoLevel.vmGetPageProt(0)).toString(16)).toBe('1234120');
    expect(twoLevel.pteNone(_PAGE_KNL_ERRATUM_MASK)).toBe(false);
    expect(twoLevel.pmdNone(_PAGE_KNL_ERRATUM_MASK)).toBe(false);
    expect(pae.pteNone(_PAGE_KNL_ERRATUM_MASK)).toBe(true);
    expect(pae.pfnPte(0x1234, pae.vmGetPageProt(0))).toBe(x86.pfnPte(0x1234, x86.vmGetPageProt(0)));
  });

  test.each([
    [X86TwoLevel, x86TwoLevelLayout, { pfn: 2 ** 20 - 1, swapType: 31, swapOffset: 2 ** 23 - 1 }],
    [X86Pae, x86PaeLayout, { pfn: 2 ** 32 - 1, swapType: 31, swapOffset: 2 ** 27 - 1 }],
  ] as const)(
    'every combination of bits is what the kernel takes for granted: %o',
    (Arch, layout, widest) => {
      for (const hasBit of [true, false]) {
        const arch = new Arch(new NoTlb(), { hasBit });
        expect(debugVmPgtable(arch, widest)).toEqual([]);
        expect(debugVmPgtableHuge(arch)).toEqual([]);
      }
      expect(layoutConflicts(layout)).toEqual([]);
    },
  );
});
