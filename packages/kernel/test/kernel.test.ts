import { injectable, token } from '@pagerace/di';
import { expect, test } from 'vitest';
import { applyPatches, defineKernel, definePatch, UsageError } from '../src/index.js';

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
  commit: '0123456789ab',
  since: 'v5.18',
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
  needs: ['strict-rule'],
  supersedes: ['strict-rule'],
  provides: [{ token: RULE, useClass: Strict }],
});

test('a kernel has the patches of its base, and then its own', () => {
  const base = defineKernel({ id: 'v1', patches: [strict] });
  const next = defineKernel({ id: 'v2', base, patches: [later] });
  expect(next.patches.map(({ id }) => id)).toEqual(['strict-rule', 'later-rule']);
});

test('a kernel with further patches is named for them', () => {
  const kernel = applyPatches(defineKernel({ id: 'v1', patches: [] }), [strict, later]);
  expect(kernel).toMatchObject({
    id: 'v1+strict-rule+later-rule',
    title: 'v1 + strict-rule + later-rule',
  });
});

test.each([
  [
    'two patches for one seam',
    () => defineKernel({ id: 'v1', patches: [strict, both] }),
    'the patches strict-rule and both-rules both change example.Rule: choose one, or say in the later one that it supersedes the earlier',
  ],
  [
    'one patch twice',
    () =>
      defineKernel({
        id: 'v1',
        base: defineKernel({ id: 'v0', patches: [strict] }),
        patches: [strict],
      }),
    'v1 has the patch strict-rule already',
  ],
  [
    'a patch without the one that it needs',
    () => applyPatches(defineKernel({ id: 'v1', patches: [] }), [later]),
    'the patch later-rule does not fit v1, which lacks strict-rule',
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

test('what is newer than a release is said of it with patches, and not of what goes on from it', () => {
  const old = defineKernel({ id: 'old', patches: [], newerCode: 'a seqcount' });
  expect(applyPatches(old, [strict]).newerCode).toBe('a seqcount');
  expect(defineKernel({ id: 'new', base: old, patches: [strict] }).newerCode).toBeUndefined();
});
