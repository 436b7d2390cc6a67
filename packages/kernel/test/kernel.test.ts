import { injectable, token } from '@pagerace/di';
import { commit, unmerged } from '@pagerace/history';
import { expect, test } from 'vitest';
import {
  applyPatches,
  defineKernel,
  definePatch,
  hasPatch,
  kernelOf,
  UsageError,
  withoutPatches,
} from '../src/index.js';

interface Rule {
  readonly name: string;
}
const RULE = token<Rule>('example.Rule');
const OTHER_RULE = token<Rule>('example.OtherRule');

@injectable()
class Strict implements Rule {
  readonly name = 'strict';
}
@injectable()
class Nameless {}

const strict = definePatch({
  id: 'strict-rule',
  title: 'example: be strict',
  provides: [{ token: RULE, useClass: Strict }],
});
const both = definePatch({
  id: 'both-rules',
  title: 'example: be strict about both',
  provides: [
    { token: RULE, useValue: { name: 'both' } },
    { token: OTHER_RULE, useClass: Strict },
  ],
});
const later = definePatch({
  id: 'later-rule',
  title: 'example: be strict in a better way',
  needs: [strict],
  supersedes: [strict],
  provides: [{ token: RULE, useClass: Strict }],
});

const old = kernelOf('v4.12');
const fix = commit({
  id: 'the-fix',
  title: 'example: fix',
  commit: '0123456789ab',
  since: 'v5.18',
});
const version = unmerged({ id: 'the-fix-v1', title: '[PATCH] example: fix' });

test('a kernel has the commits of its release, those that are added, and not those that are taken out', () => {
  const has = (release: string): boolean => hasPatch(kernelOf(release), fix);
  expect(['v5.17', 'v5.18-rc1', 'v5.18', 'v5.19', 'v6.0'].map(has)).toEqual([
    false,
    false,
    true,
    true,
    true,
  ]);
  const backported = applyPatches(kernelOf('v5.15'), [fix]);
  expect(backported.id).toBe('v5.15+the-fix');
  expect(hasPatch(backported, fix)).toBe(true);
  const reverted = withoutPatches(kernelOf('v6.1'), [fix]);
  expect(reverted).toMatchObject({ id: 'v6.1^the-fix', title: 'Linux v6.1 without the-fix' });
  expect(hasPatch(reverted, fix)).toBe(false);
  expect(hasPatch(applyPatches(reverted, [fix]), fix)).toBe(true);
  expect(hasPatch(kernelOf('v6.15'), version)).toBe(false);
});

test('a stable release is a list of commits over its release', () => {
  const stable = defineKernel({ id: 'v5.15.30', release: 'v5.15', adds: [fix] });
  expect(stable).toMatchObject({ id: 'v5.15.30', title: 'v5.15.30', release: 'v5.15' });
  expect(hasPatch(stable, fix)).toBe(true);
  expect(applyPatches(stable, [version]).id).toBe('v5.15.30+the-fix-v1');
});

test('a patch of a plug-in is in a kernel only if it is added, whatever it says of releases', () => {
  const dated = { ...strict, since: 'v5.18', commit: '0123456789ab' };
  expect(hasPatch(kernelOf('v6.15'), dated)).toBe(false);
  expect(hasPatch(applyPatches(kernelOf('v6.15'), [dated]), dated)).toBe(true);
});

test('a kernel with further patches is named for them', () => {
  expect(applyPatches(old, [strict, later])).toMatchObject({
    id: 'v4.12+strict-rule+later-rule',
    title: 'Linux v4.12 + strict-rule + later-rule',
  });
});

test.each([
  [
    'two patches for one seam',
    () => applyPatches(old, [strict, both]),
    'the patches strict-rule and both-rules both change example.Rule: choose one, or say in the later one that it supersedes the earlier',
  ],
  [
    'one patch twice',
    () => applyPatches(old, [strict, strict]),
    'v4.12+strict-rule has the patch strict-rule already',
  ],
  [
    'a commit that the release has',
    () => applyPatches(kernelOf('v5.18'), [fix]),
    'v5.18 has the patch the-fix already',
  ],
  [
    'a commit taken out that the release lacks',
    () => withoutPatches(kernelOf('v5.17'), [fix]),
    'v5.17 does not have the patch the-fix, so it cannot be taken out',
  ],
  [
    'a patch without the one that it needs',
    () => applyPatches(old, [later]),
    'the patch later-rule does not fit v4.12, which lacks strict-rule: add that before it',
  ],
  [
    'what is no release',
    () => kernelOf('5.18'),
    'there is no release 5.18; one is v6.15, or v5.17-rc2',
  ],
  [
    'a release that is too old',
    () => kernelOf('v4.3'),
    'v4.3 is older than the oldest release that is modelled, v4.4',
  ],
  [
    'a release that is too new',
    () => kernelOf('v7.1'),
    'v7.1 is newer than the newest release that is modelled, v6.15',
  ],
] as const)('%s is an error', (_what, make, message) => {
  expect(make).toThrow(new UsageError(message));
});

test('the compiler holds an implementation against its token', () => {
  definePatch({
    id: 'ill-typed',
    title: 'example: not even a rule',
    provides: [
      { token: OTHER_RULE, useClass: Strict },
      // @ts-expect-error: Nameless is no Rule
      { token: RULE, useClass: Nameless },
    ],
  });
  definePatch({
    id: 'ill-valued',
    title: 'example: not even a rule',
    // @ts-expect-error: a number is no Rule
    provides: [{ token: RULE, useValue: 1 }],
  });
  expect(Nameless).toBeTypeOf('function');
});
