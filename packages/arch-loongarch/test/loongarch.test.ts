import { explore } from '@pagerace/explorer';
import { sc } from '@pagerace/memory-models';
import { type Pte, swpEntry, VM_READ, VM_SHARED, VM_WRITE, walkToPte } from '@pagerace/page-model';
import { NoTlb } from '@pagerace/page-model/testing';
import { maskOf } from '@pagerace/pgtable-generic';
import {
  debugVmPgtable,
  debugVmPgtableHuge,
  layoutConflicts,
  withOnePage,
} from '@pagerace/pgtable-generic/testing';
import { describe, expect, test } from 'vitest';
import {
  INVALID_PMD_TABLE,
  INVALID_PTE_TABLE,
  Loongarch,
  loongarch,
  loongarchLayout,
  loongarchSwapBeforeExclusive,
} from '../src/index.js';

const arch = new Loongarch(new NoTlb(), { hasBit: true });
const hex = (pte: Pte): string => `0x${pte.toString(16)}`;

test('every combination of bits is what the kernel takes for granted', () => {
  const widest = { pfn: 2 ** 34 - 1, swapType: 127, swapOffset: 2 ** 40 - 1 };
  expect(debugVmPgtable(arch, widest)).toEqual([]);
  // And without the exclusive bit, as it was before.
  expect(debugVmPgtable(new Loongarch(new NoTlb(), { hasBit: false }), widest)).toEqual([]);
  expect(debugVmPgtableHuge(arch)).toEqual([]);
});

test.each([
  [12, 512, 21],
  [14, 2048, 25],
  [16, 8192, 29],
] as const)(
  'pages of 2^%i bytes: %i entries in the last table, 2^%i bytes each',
  (shift, entries, pmd) => {
    const layout = loongarchLayout(shift);
    expect(layout.levels.at(-1)).toEqual({ name: 'pte', shift, entries });
    expect(layout.levels.at(-2)).toMatchObject({ name: 'pmd', shift: pmd });
    for (const [nth, level] of layout.levels.slice(1).entries()) {
      expect(level.shift + Math.log2(level.entries)).toBe(layout.levels[nth]!.shift);
    }
    expect(layoutConflicts(layout)).toEqual([]);
  },
);

describe('present entries', () => {
  const shared = arch.vmGetPageProt(VM_READ | VM_WRITE | VM_SHARED);
  const pte = arch.pfnPte(1, shared);

  test('protections', () => {
    expect(hex(arch.pfnPte(0x1234, arch.vmGetPageProt(VM_READ)))).toBe('0x40000000048d009d');
    expect(hex(pte)).toBe('0x400000000000419d');
    expect(hex(arch.pfnPte(1, arch.vmGetPageProt(0)))).toBe('0x600000000000441c');
  });

  test('each of young, dirty and special is one bit; accessed is valid', () => {
    const old = arch.pteWrprotect(arch.pteMkold(pte));
    expect(arch.pteMkyoung(old) ^ old).toBe(0x1n);
    expect(arch.pteMkwrite(old) ^ old).toBe(0x100n);
    expect(arch.pteMkdirty(old) ^ old).toBe(0x200n);
    expect(arch.pteMkspecial(old) ^ old).toBe(0x800n);
  });

  test('the hardware stores where an entry is both writable and dirty', () => {
    const hardwareDirty = 0x2n;
    expect(arch.pteMkdirty(pte) & hardwareDirty).toBe(hardwareDirty);
    expect(arch.pteMkwrite(arch.pteMkdirty(arch.pteWrprotect(pte))) & hardwareDirty).toBe(
      hardwareDirty,
    );
    expect(arch.walkerPermits(arch.pteMkdirty(pte), true)).toBe(true);
    for (const less of [pte, arch.pteWrprotect(arch.pteMkdirty(pte))]) {
      expect(arch.walkerPermits(less, true)).toBe(false);
      expect(arch.walkerPermits(less, false)).toBe(true);
    }
    expect(arch.walkerPermits(arch.pteMkold(arch.pteMkdirty(pte)), false)).toBe(false);
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
    const { type, offset } = loongarchSwapBeforeExclusive;
    expect(hex(maskOf(type))).toBe('0xff0000');
    expect(hex(maskOf(offset))).toBe('0xffffffffff000000');
    const layout = { ...loongarchLayout(14), swap: loongarchSwapBeforeExclusive };
    expect(layoutConflicts(layout)).toEqual([]);
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
    expect(arch.pteNone(0x40n)).toBe(true);
  });

  test('one with a table is the address of it', () => {
    expect(hex(arch.mkTable(0x42))).toBe('0x9000000000108000');
    expect(arch.pmdTransHuge(arch.mkTable(0x42))).toBe(false);
  });

  test('all that the process has is flushed where one is stored', () => {
    const flushed: (readonly unknown[])[] = [];
    const tlb = Object.assign(new NoTlb(), {
      flushTlbRange: (...range: unknown[]) => flushed.push(range.slice(1)),
    });
    const setup = withOnePage(loongarch, ({ machine, mm, address }) => {
      machine.cpu(0).run('set', () => {
        const huge = arch.pteHugePmd(arch.pfnPte(0x800, arch.vmGetPageProt(VM_READ)));
        new Loongarch(tlb, { hasBit: true }).setPmdAt(
          mm,
          address,
          walkToPte(mm, address)!.pmdp,
          huge,
        );
      });
      return undefined;
    });
    explore(setup, { model: sc });
    expect(flushed.at(-1)).toEqual([0, Number.MAX_SAFE_INTEGER]);
  });

  test('a huge one has bit 6', () => {
    const pte = arch.pfnPte(0x800, arch.vmGetPageProt(VM_READ));
    const pmd = arch.pteHugePmd(pte);
    expect(pmd ^ pte).toBe(0x40n);
    expect(arch.pmdTransHuge(pmd)).toBe(true);
    expect(arch.pmdPte(pmd)).toBe(pte);
  });
});
