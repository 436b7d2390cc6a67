import { compareReleases, isRelease } from '@pagerace/history';
import { describe, expect, test } from 'vitest';
import { hasPatch, kernelOf, newerCode, Registry, variantIn } from '../src/index.js';
import { subsystemHistories } from '../src/subsystems.js';

const registry = new Registry([]);

describe.each(registry.patches)('$id', (patch) => {
  test('says where it comes from', () => {
    expect(patch.title).not.toBe('');
    if (patch.since === undefined) expect(patch.commit).toBeUndefined();
    else {
      expect(isRelease(patch.since)).toBe(true);
      expect(patch.commit).toMatch(/^[0-9a-f]{12,40}$/);
    }
  });

  test('is in the newest listed release exactly if it was merged', () => {
    expect(hasPatch(registry.kernels.at(-1)!, patch)).toBe(patch.since !== undefined);
  });
});

test('every release has one form of every function', () => {
  const rows = registry.kernels.map((kernel) => [
    kernel.id,
    ...subsystemHistories.flatMap((history) => variantIn(history, kernel)?.name ?? []),
  ]);
  expect(rows.map(([id]) => id)).toEqual(registry.kernels.map(({ id }) => id));
  expect(new Set(rows.map(({ length }) => length)).size).toBe(1);
});

test('which function is as of when is known of each release', () => {
  for (const kernel of registry.kernels) {
    const later = subsystemHistories.filter((history) => {
      const { since } = variantIn(history, kernel) ?? history;
      return compareReleases(since!, kernel.release) > 0;
    });
    // No form is newer than the release but the oldest of a history, and of that newerCode() tells.
    const said = newerCode(subsystemHistories, kernel).join('; ');
    for (const { code } of later) expect(said).toContain(code.slice(code.indexOf(':') + 1));
    expect(said === '').toBe(later.length === 0);
  }
});

test('only the oldest listed release has code of a later one', () => {
  const newer = registry.kernels.map((kernel) => newerCode(registry.histories, kernel).length);
  expect(newer[0]).toBeGreaterThan(0);
  expect(newer.slice(1)).toEqual(newer.slice(1).map(() => 0));
});

test('v4.4 has its own form of writeback, and tells what is as of a later release', () => {
  const said = newerCode(subsystemHistories, kernelOf('v4.4'));
  const all = said.join('; ');
  expect(all).toContain('mm/rmap.c as of v4.12: ');
  for (const own of ['mm/page-writeback.c', 'ext4_writepage()', 'ext4_journalled'])
    expect(all).not.toContain(own);
});

/** The form of a function, by what its code is called, in some releases. */
function formsOf(code: string, releases: readonly string[]): readonly (string | undefined)[] {
  const history = subsystemHistories.find((one) => one.code.startsWith(code))!;
  return releases.map((release) => variantIn(history, kernelOf(release))?.name);
}

test.each([
  [
    'mm/rmap.c:try_to_unmap_one()',
    {
      'v5.17': 'DiscardUnlessDirty',
      'v5.18': 'RefcountCheckedDiscard',
      'v6.10': 'RefcountCheckedDiscard',
      'v6.11': 'DroppableDiscard',
      'v6.15': 'SwapBackedIffDirty',
    },
  ],
  [
    'mm/rmap.c:set_tlb_ubc_flush_pending()',
    { 'v4.12': '{"isTaken":false}', 'v4.13': '{"isTaken":true}' },
  ],
  [
    'mm/page-writeback.c:__set_page_dirty_nobuffers()',
    { 'v4.4': 'BugIfTruncated', 'v5.13': 'BugIfTruncated', 'v5.14': 'UntaggedIfTruncated' },
  ],
  [
    'fs/ext4/inode.c:mpage_prepare',
    { 'v4.4': 'BugWithoutBuffers', 'v5.17': 'BugWithoutBuffers', 'v5.18': 'WarnWithoutBuffers' },
  ],
  ['block/bio.c', { 'v6.4': '{"pin":false}', 'v6.5': '{"pin":true}' }],
  // 70cbc3cc78a9 was merged after v6.0-rc7, 2ba99c5e0881 after v6.1-rc7.
  [
    'mm/gup.c:gup_pte_range()',
    { 'v5.19': 'RecheckPte', 'v6.0': 'RecheckPmdAndPte', 'v6.1': 'RecheckPmdAndPte' },
  ],
  ['mm/khugepaged.c:collapse_huge_page()', { 'v6.0': 'FlushOnly', 'v6.1': 'SyncTableWalks' }],
  [
    'mm/vmscan.c:shrink_page_list()',
    {
      'v5.10': 'IgnorePins',
      'v5.11': 'KeepPinnedFromSwap',
      'v6.3': 'KeepPinnedFromSwap',
      'v6.4': 'KeepPinned',
    },
  ],
] as const)('%s is in each release as it was then', (code, forms) => {
  expect(formsOf(code, Object.keys(forms))).toEqual(Object.values(forms));
});
