import {
  makeReadableExclusiveMigrationEntry,
  type Pfn,
  type Pte,
  type SwapEntry,
  swpEntry,
} from '@pagerace/page-model';
import { NoTlb } from '@pagerace/page-model/testing';
import { describe, expect, test } from 'vitest';
import { bit, bits, GenericPgtable, maskOf, type PteLayout } from '../src/index.js';
import {
  debugVmPgtable,
  debugVmPgtableHuge,
  layoutConflicts,
  pteSwapExclusiveTests,
  pteSwapExclusiveTestsOfV519,
} from '../src/testing/index.js';

const readOnly = bit(0) | bit(5);
const layout: PteLayout = {
  pageShift: 12,
  levels: [
    { name: 'pmd', shift: 21, entries: 512 },
    { name: 'pte', shift: 12, entries: 512 },
  ],
  none: 0n,
  strayInNone: 0n,
  present: bit(0) | bit(8),
  protnone: bit(8),
  frame: bits(12, 51),
  write: bit(1),
  dirty: bit(6),
  young: bit(5),
  special: bit(9),
  softDirty: bit(11),
  uffdWp: bit(10),
  table: bit(0),
  protection: {
    none: bit(8),
    read: readOnly,
    execute: readOnly | bit(2),
    write: readOnly | bit(1),
    writeExecute: readOnly | bit(1) | bit(2),
  },
  swap: {
    marker: bit(9),
    type: bits(59, 63),
    offset: bits(12, 58),
    exclusive: bit(3),
    softDirty: bit(1),
    uffdWp: bit(2),
  },
  swapBeforeExclusive: {
    marker: bit(9),
    type: bits(59, 63),
    offset: bits(12, 58),
    exclusive: 0n,
    softDirty: bit(1),
    uffdWp: bit(2),
  },
};

class Plain extends GenericPgtable {
  readonly name = 'plain';
  readonly faultEntry = { file: '', name: 'do_page_fault' };

  constructor(change: Partial<PteLayout> = {}, hasBit = true) {
    super({ ...layout, ...change }, new NoTlb(), { hasBit });
  }

  override pteAccessPermitted(pte: Pte, write: boolean): boolean {
    return !this.pteProtnone(pte) && super.pteAccessPermitted(pte, write);
  }
}

const widest = { pfn: 2 ** 40 - 1, swapType: 31, swapOffset: 2 ** 45 - 1 };

test('a sound architecture passes', () => {
  expect(debugVmPgtable(new Plain(), widest)).toEqual([]);
  expect(layoutConflicts(layout)).toEqual([]);
});

test('an architecture without marks in swap entries passes too', () => {
  const swapBeforeExclusive = { ...layout.swapBeforeExclusive, softDirty: 0n, uffdWp: 0n };
  const bare = new Plain({ swapBeforeExclusive, softDirty: 0n, uffdWp: 0n }, false);
  expect(bare.hasSwpExclusive).toBe(false);
  expect(debugVmPgtable(bare, widest)).toEqual([]);
});

// include/linux/pgtable.h, v5.19: the stubs of an architecture without __HAVE_ARCH_PTE_SWP_EXCLUSIVE.
test('without the bit marking a swap entry changes nothing, and none is marked', () => {
  const bare = new Plain({}, false);
  const pte = bare.swpEntryToPte(swpEntry(1, 5));
  expect(bare.pteSwpMkexclusive(pte)).toBe(pte);
  expect(bare.pteSwpExclusive(pte | layout.swap.exclusive)).toBe(false);
  expect(bare.pteSwpClearExclusive(pte | layout.swap.exclusive)).toBe(pte | layout.swap.exclusive);
});

describe('what is wrong is found', () => {
  const swap = layout.swap;
  test.each<[string, GenericPgtable, string]>([
    [
      'an exclusive mark in the type',
      new Plain({ swap: { ...swap, exclusive: bit(59) } }),
      'type and offset come back',
    ],
    [
      'an exclusive mark in the offset',
      new Plain({ swap: { ...swap, exclusive: bit(12) } }),
      'type and offset come back',
    ],
    [
      'two marks in one bit',
      new Plain({ swap: { ...swap, softDirty: swap.exclusive } }),
      'a mark is read where it was set',
    ],
    [
      'a mark that makes present',
      new Plain({ swap: { ...swap, uffdWp: bit(0) } }),
      'a swap entry is neither present nor none',
    ],
    [
      'a swap entry that is taken for none',
      new Plain({ strayInNone: maskOf(swap.offset) | swap.marker }),
      'a swap entry is one',
    ],
    [
      'a type that is a bit too narrow',
      new Plain({ swap: { ...swap, type: bits(60, 63) } }),
      'type and offset come back',
    ],
    ['dirty in the frame number', new Plain({ dirty: bit(12) }), 'the frame number stays'],
    ['young and dirty in one bit', new Plain({ dirty: bit(5) }), 'an entry starts clean'],
    [
      'a frame number that is cut off',
      new Plain({ frame: bits(12, 50) }),
      'the frame number stays',
    ],
    [
      'a shared mapping that starts read-only',
      new Plain({ protection: { ...layout.protection, write: readOnly } }),
      'only shared writable mappings start writable',
    ],
    [
      'write protection that cleans',
      new (class extends Plain {
        override pteWrprotect(pte: Pte): Pte {
          return this.pteMkclean(super.pteWrprotect(pte));
        }
      })(),
      'pteWrprotect keeps dirty',
    ],
    [
      'a mark that is not cleared',
      new (class extends Plain {
        override pteSwpClearExclusive(pte: Pte): Pte {
          return pte;
        }
      })(),
      'a mark that is cleared is not read',
    ],
    [
      'marks that are taken into the swap entry',
      new (class extends Plain {
        override pteToSwpEntry(pte: Pte): SwapEntry {
          return super.pteToSwpEntry(pte) + (this.pteSwpSoftDirty(pte) ? 1 : 0);
        }
      })(),
      'type and offset come back',
    ],
    [
      'a table that does not come back',
      new (class extends Plain {
        override tablePfn(pmd: Pte): Pfn {
          return super.tablePfn(pmd) & ~1;
        }
      })(),
      'the table comes back',
    ],
    [
      'an empty entry of its own above the last level, which is not taken for none',
      new Plain({ levels: [{ ...layout.levels[0]!, none: 0x20n }, layout.levels[1]!] }),
      'an empty entry above the last level is none',
    ],
  ])('%s', (_what, arch, said) => {
    expect(debugVmPgtable(arch, widest)).toContain(said);
  });
});

describe('pte_swap_exclusive_tests() of two releases', () => {
  const comesBack = 'v6.3: type and offset come back with the exclusive mark and without';
  const { swap } = layout;

  test.each<[string, GenericPgtable, readonly string[], readonly string[]]>([
    ['a sound architecture', new Plain(), [], []],
    ['one without the bit, which is not tested', new Plain({}, false), [], []],
    [
      'a bit of the type',
      new Plain({ swap: { ...swap, exclusive: bit(59) } }),
      [],
      ['v6.3: a swap entry starts unmarked', comesBack],
    ],
    [
      'the soft-dirty bit',
      new Plain({ swap: { ...swap, exclusive: swap.softDirty } }),
      [],
      ['v6.3: the exclusive mark is no soft-dirty mark'],
    ],
    [
      'a bit by which an entry is present',
      new Plain({ swap: { ...swap, exclusive: bit(8) } }),
      [],
      ['v6.3: a swap entry is one with the exclusive mark and without'],
    ],
    [
      'a mark that is not set',
      Object.assign(new Plain(), { pteSwpMkexclusive: (pte: Pte) => pte }),
      ['v5.19: an entry that is marked exclusive is exclusive'],
      ['v6.3: a swap entry that is marked exclusive is exclusive'],
    ],
    [
      'a mark that is not cleared',
      Object.assign(new Plain(), { pteSwpClearExclusive: (pte: Pte) => pte }),
      ['v5.19: an entry whose mark is cleared is not exclusive'],
      ['v6.3: a swap entry whose mark is cleared is not exclusive'],
    ],
    [
      'a mark that is decoded as part of the offset',
      Object.assign(new Plain(), {
        pteToSwpEntry: (pte: Pte) =>
          new Plain().pteToSwpEntry(pte) ^ ((pte & bit(3)) === 0n ? 0 : 1),
      }),
      [],
      [comesBack],
    ],
  ])('%s', (_what, arch, inV519, inV63) => {
    expect(pteSwapExclusiveTestsOfV519(arch, widest.pfn)).toEqual(inV519);
    expect(pteSwapExclusiveTests(arch, widest)).toEqual(inV63);
    expect(debugVmPgtable(arch, widest)).toEqual(expect.arrayContaining([...inV519, ...inV63]));
  });
});

test('bits that two things claim are named', () => {
  const swap = { ...layout.swap, exclusive: bit(12) };
  expect(layoutConflicts({ ...layout, young: bit(51), swap })).toEqual([
    'frame and young',
    'swap offset and swap exclusive',
  ]);
});

test('entries in words', () => {
  const plain = new Plain();
  const [pmd, pte] = layout.levels;
  const entry = plain.pteMkdirty(plain.pfnPte(3, layout.protection.write));
  expect(plain.describe(0n, pte)).toBe('none');
  expect(plain.describe(entry, pte)).toBe('pfn 3 young dirty write');
  const moving = plain.swpEntryToPte(makeReadableExclusiveMigrationEntry(3));
  expect(plain.describe(moving, pte)).toBe('migration of pfn 3, read, exclusive');
  expect(plain.describe(0n, pmd)).toBe('none');
  expect(plain.describe(plain.mkTable(7), pmd)).toBe('table in pfn 7');
});

describe('the checks of huge entries', () => {
  class Huge extends GenericPgtable {
    readonly name: string = 'huge';
    readonly faultEntry = { file: '', name: 'do_page_fault' };

    constructor() {
      super({ ...layout, huge: bit(7) }, new NoTlb(), { hasBit: true });
    }
  }

  test('find nothing where an entry is as it should be', () => {
    expect(debugVmPgtableHuge(new Huge())).toEqual([]);
  });

  test.each<[string, Partial<Huge>, string]>([
    ['does not tell huge pages', { pmdTransHuge: () => false }, 'pmd_mkhuge() makes huge'],
    ['takes tables for huge pages', { pmdTransHuge: () => true }, 'a table is no huge page'],
    ['takes none for present', { pmdPresent: () => true }, 'what is none is not present'],
    ['loses the dirty bit', { pmdPte: (pmd: Pte) => pmd & ~bit(6) & ~bit(7) }, 'dirty stays'],
    ['loses the young bit', { pmdPte: (pmd: Pte) => pmd & ~bit(5) & ~bit(7) }, 'young stays'],
    [
      'makes all writable',
      { pteHugePmd: (pte: Pte) => pte | bit(7) | bit(1) },
      'what is permitted stays',
    ],
    ['keeps the bit', { pmdPte: (pmd: Pte) => pmd & bit(7) }, 'the frame number stays'],
  ])('find an architecture that %s', (_, mutation, expected) => {
    expect(debugVmPgtableHuge(Object.assign(new Huge(), mutation))).toContain(expected);
  });
});
