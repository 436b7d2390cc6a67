import { archX86, x86 } from '@pagerace/arch-x86';
import { HUGE_REUSE_RULE } from '@pagerace/huge-memory';
import { applyPatches, composeRun, defineScenario, type Kernel, Registry } from '@pagerace/kernel';
import { sc } from '@pagerace/memory-models';
import { BIO_PAGE_REFERENCES } from '@pagerace/block';
import type { Token } from '@pagerace/di';
import { ANON_REUSE_RULE } from '@pagerace/fault';
import { GUP_FAST_RECHECK, GUP_UNSHARE_RULE, PIN_ORDERING } from '@pagerace/gup';
import { COLLAPSE_SYNC } from '@pagerace/khugepaged';
import {
  lruAddDrain,
  lruCacheAdd,
  pageCount,
  putPage,
  RADIX_COLLAPSE_FLUSH,
  RISCV_COLLAPSE_FLUSH,
} from '@pagerace/page-model';
import { ANON_DUP_RULE, ANON_EXCLUSIVE, BATCHED_FLUSH_NOTE, LAZY_FREE_RULE } from '@pagerace/rmap';
import { PINNED_PAGE_CHECK } from '@pagerace/vmscan';
import { explore } from '@pagerace/explorer';
import { describe, expect, test } from 'vitest';
import {
  droppable,
  DroppableDiscard,
  dirtyBeforeSubmit,
  gupFastTouch,
  madvFreeRefcountCheck,
  madvFreeRefcountCheckV1,
  madvFreeRefcountCheckV2,
  madvFreeReproducer,
  patches,
  RefcountCheckedDiscard,
  swapbackedIffDirty,
  SwapBackedIffDirty,
  TwoReferencesDiscard,
  v4_12,
  v5_17_rc2,
  v5_18,
  v5_19,
  v6_0,
  v6_1,
  v6_11,
  v6_15,
  v6_5,
} from '../src/index.js';

const registry = new Registry([archX86, patches]);

/** The name of the class that a kernel has in a seam, or the value. */
function filling<T>(kernel: Kernel, seam: Token<T>): unknown {
  let found: unknown;
  const scenario = defineScenario({
    id: 'looks',
    title: 'Looks',
    description: 'Looks into a seam.',
    machine: { cpus: 1, pages: 1 },
    properties: [],
    build(context) {
      const value: unknown = context.get(seam);
      const name = (value as object).constructor.name;
      found = name === 'Object' ? value : name;
      return context.machine.program();
    },
  });
  const run = composeRun({ scenario, kernel, architecture: x86, model: sc });
  explore(run.setup, { model: sc });
  return found;
}

/** How many references a page has whose only one but for an LRU batch is that of a swap-in. */
function referencesOfSwapIn(kernel: Kernel, writes: boolean): number {
  let references = 0;
  const scenario = defineScenario({
    id: 'swaps-in',
    title: 'Swaps in',
    description: 'A page is about to be mapped that was read in from swap.',
    machine: { cpus: 1, pages: 1 },
    properties: [],
    build(context) {
      const { machine, memory } = context;
      machine.boot(() => {
        const page = memory.allocator.allocZeroedPage();
        lruCacheAdd(page);
        context.get(ANON_REUSE_RULE).beforeSwapIn(page, writes);
        references = pageCount(page);
        lruAddDrain(memory);
        putPage(page);
      });
      return machine.program();
    },
  });
  const run = composeRun({ scenario, kernel, architecture: x86, model: sc });
  explore(run.setup, { model: sc });
  return references;
}

test('a write that swaps a page in drains the LRU batch since v5.18', () => {
  expect(referencesOfSwapIn(v5_17_rc2, true)).toBe(2);
  for (const kernel of [v5_18, v5_19, v6_1]) {
    expect(referencesOfSwapIn(kernel, true), kernel.id).toBe(1);
    expect(referencesOfSwapIn(kernel, false), kernel.id).toBe(2);
  }
});

describe.each(registry.patches)('$id', (patch) => {
  test('says where it comes from', () => {
    expect(patch.title).not.toBe('');
    if (patch.since === undefined) {
      expect(patch.commit).toBeUndefined();
    } else {
      expect(patch.since).toMatch(/^v\d+\.\d+$/);
      expect(patch.commit).toMatch(/^[0-9a-f]{12,40}$/);
    }
  });

  test('is in some kernel exactly if it is in some release', () => {
    const kernels = registry.kernels.filter((kernel) => kernel.patches.includes(patch));
    expect(kernels.length > 0).toBe(patch.since !== undefined);
  });
});

const release = (version: string): number[] =>
  version.slice(1).split(/[.-]/).slice(0, 2).map(Number);
const isBefore = (
  [major = 0, minor = 0]: number[],
  [toMajor = 0, toMinor = 0]: number[],
): boolean => major < toMajor || (major === toMajor && minor < toMinor);

describe.each(registry.kernels)('$id', (kernel) => {
  test('has no patch that is newer than it', () => {
    for (const { id, since } of kernel.patches) {
      expect(isBefore(release(kernel.id), release(since!)), id).toBe(false);
    }
  });

  test('has every merged patch that is not newer', () => {
    const merged = registry.patches.filter(
      ({ since }) => since !== undefined && !isBefore(release(kernel.id), release(since)),
    );
    expect(kernel.patches.map(({ id }) => id).sort()).toEqual(merged.map(({ id }) => id).sort());
  });

  test('can be put together', () => {
    expect(filling(kernel, LAZY_FREE_RULE)).toBeTypeOf('string');
  });
});

test('each kernel has the rules of its time', () => {
  const kernels = [v4_12, v5_17_rc2, v5_18, v5_19, v6_1, v6_5, v6_11, v6_15];
  const seen = <T>(seam: Token<T>): unknown[] => kernels.map((kernel) => filling(kernel, seam));
  expect(seen(LAZY_FREE_RULE)).toEqual([
    'DiscardUnlessDirty',
    'DiscardUnlessDirty',
    ...Array.from({ length: 4 }, () => 'RefcountCheckedDiscard'),
    'DroppableDiscard',
    'SwapBackedIffDirty',
  ]);
  expect(seen(BATCHED_FLUSH_NOTE).map((one) => (one as { isTaken: boolean }).isTaken)).toEqual(
    kernels.map((kernel) => kernel !== v4_12),
  );
  expect(seen(ANON_REUSE_RULE)).toEqual([
    'ReuseByMapCount',
    'ReuseByPageCount',
    'ReuseBySingleReference',
    ...Array.from({ length: 5 }, () => 'ReuseIfExclusive'),
  ]);
  expect(seen(HUGE_REUSE_RULE)).toEqual([
    'ReuseHugeByMapCount',
    'ReuseHugeByMapCount',
    'ReuseHugeBySingleReference',
    ...Array.from({ length: 5 }, () => 'ReuseHugeIfExclusive'),
  ]);
  expect(seen(BIO_PAGE_REFERENCES).map((one) => (one as { pin: boolean }).pin)).toEqual([
    ...Array.from({ length: 5 }, () => false),
    ...Array.from({ length: 3 }, () => true),
  ]);
  expect(
    seen(GUP_FAST_RECHECK)
      .map((name) => name === 'RecheckPmdAndPte')
      .indexOf(true),
  ).toBe(4);
  expect(seen(ANON_DUP_RULE).indexOf('ReferenceBeforeLook')).toBe(3);
  expect(seen(PIN_ORDERING).indexOf('OrderedPin')).toBe(4);
  // 70cbc3cc78a9 and bedf03416913 were merged after v6.0-rc7, 2ba99c5e0881 after v6.1-rc7.
  const around = [v5_19, v6_0, v6_1];
  expect(around.map((kernel) => filling(kernel, GUP_FAST_RECHECK))).toEqual([
    'RecheckPte',
    'RecheckPmdAndPte',
    'RecheckPmdAndPte',
  ]);
  expect(around.map((kernel) => filling(kernel, RADIX_COLLAPSE_FLUSH))).toEqual(
    [true, false, false].map((serializesAgainstLookups) => ({ serializesAgainstLookups })),
  );
  expect([v6_1, v6_5].map((kernel) => filling(kernel, RISCV_COLLAPSE_FLUSH))).toEqual(
    [false, true].map((isOfWholeMm) => ({ isOfWholeMm })),
  );
  expect(around.map((kernel) => filling(kernel, COLLAPSE_SYNC) === 'SyncTableWalks')).toEqual([
    false,
    false,
    true,
  ]);
  expect([filling(v5_19, GUP_UNSHARE_RULE), filling(v6_1, GUP_UNSHARE_RULE)]).toEqual([
    'UnshareUnlessExclusive',
    'OrderedUnshare',
  ]);
  expect(filling(v5_19, ANON_EXCLUSIVE)).toEqual({ isTracked: true, hasBarriers: false });
  expect(filling(v6_1, ANON_EXCLUSIVE)).toEqual({ isTracked: true, hasBarriers: true });
  expect([v4_12, v6_1, v6_5].map((kernel) => filling(kernel, PINNED_PAGE_CHECK))).toEqual([
    'IgnorePins',
    'KeepPinnedFromSwap',
    'KeepPinned',
  ]);
});

describe('the versions of the fix', () => {
  test('go one on top of the other, the newest counting', () => {
    const kernel = applyPatches(v5_17_rc2, [
      madvFreeRefcountCheckV1,
      madvFreeRefcountCheckV2,
      madvFreeRefcountCheck,
      droppable,
      swapbackedIffDirty,
    ]);
    expect(filling(kernel, LAZY_FREE_RULE)).toBe('SwapBackedIffDirty');
    expect(filling(applyPatches(v5_17_rc2, [madvFreeRefcountCheckV1]), LAZY_FREE_RULE)).toBe(
      'TwoReferencesDiscard',
    );
  });

  test('do not go onto a kernel that has a later one', () => {
    expect(() => applyPatches(v5_18, [madvFreeRefcountCheckV1])).toThrow(
      /both change rmap.LazyFreeRule/,
    );
    expect(() => applyPatches(v5_18, [madvFreeRefcountCheck])).toThrow(
      'v5.18 has the patch madv-free-refcount-check already',
    );
  });

  test('need what they were written on top of', () => {
    expect(() => applyPatches(v5_17_rc2, [droppable])).toThrow(/lacks madv-free-refcount-check/);
    expect(() => applyPatches(v5_18, [swapbackedIffDirty])).toThrow(/lacks droppable/);
  });

  test('know which mappings are droppable', () => {
    const has = { has: () => true } as unknown as Parameters<DroppableDiscard['isDroppable']>[0];
    expect([
      new TwoReferencesDiscard().isDroppable(),
      new RefcountCheckedDiscard().isDroppable(),
      new DroppableDiscard().isDroppable(has),
      new SwapBackedIffDirty().isDroppable(has),
    ]).toEqual([false, false, true, true]);
  });
});

test('the proposals and the debugging patch go onto any kernel', () => {
  for (const kernel of registry.kernels) {
    const { id } = applyPatches(kernel, [gupFastTouch, dirtyBeforeSubmit, madvFreeReproducer]);
    expect(id).toBe(`${kernel.id}+gup-fast-touch+dirty-before-submit+madv-free-reproducer`);
  }
});
