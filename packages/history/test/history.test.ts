import { injectable, token, Wiring } from '@pagerace/di';
import { describe, expect, test } from 'vitest';
import {
  asked,
  asOf,
  bindOldest,
  commit,
  compareReleases,
  history,
  HistoryError,
  isRelease,
  posted,
  since,
  unchanged,
  unmerged,
} from '../src/index.js';

interface Rule {
  readonly name: string;
}
const RULE = token<Rule>('example.Rule');

@injectable()
class Lax implements Rule {
  readonly name = 'lax';
}
@injectable()
class Strict implements Rule {
  readonly name = 'strict';
}

const fix = commit({ id: 'fix', title: 'mm: fix', commit: '0123456789ab', since: 'v5.18' });
const better = commit({ id: 'better', title: 'mm: better', commit: '123456789abc', since: 'v6.1' });
const v1 = unmerged({ id: 'fix-v1', title: '[PATCH] mm: fix' });
const question = unmerged({ id: 'question', title: 'What if' });

const told = history(RULE, 'mm/example.c:example()', [
  asOf('v4.12', Lax),
  posted(v1, { name: 'v1' }),
  since(fix, Strict),
  since(better, { name: 'better' }),
  asked(question, Lax),
]);

test('a history tells of each form its name, its release, and the commits before it', () => {
  expect(
    told.variants.map(({ origin, name, since: release, buildsOn }) => [
      origin,
      name,
      release,
      buildsOn.map(({ id }) => id).join(),
    ]),
  ).toEqual([
    ['oldest', 'Lax', 'v4.12', ''],
    ['posted', '{"name":"v1"}', undefined, ''],
    ['merged', 'Strict', 'v5.18', ''],
    ['merged', '{"name":"better"}', 'v6.1', 'fix'],
    ['asked', 'Lax', undefined, ''],
  ]);
  expect(told).toMatchObject({ token: RULE, code: 'mm/example.c:example()', since: 'v4.12' });
});

test('a seam is bound to the oldest form until another overrides it', () => {
  const wiring = new Wiring();
  bindOldest(wiring, [told, unchanged('mm/other.c:other()', 'v5.11')]);
  told.variants[3]!.override(wiring);
  expect(wiring.get(RULE)).toEqual({ name: 'better' });
  const other = new Wiring();
  told.variants[2]!.bind(other);
  expect(other.get(RULE).name).toBe('strict');
});

describe('a history that contradicts itself is refused', () => {
  test.each([
    [
      'without an oldest form',
      () => history(RULE, 'f()', [since(fix, Strict)]),
      'its first variant must say as of which release it is right: asOf()',
    ],
    ['empty', () => history(RULE, 'f()', []), 'its first variant must say as of'],
    [
      'with two oldest forms',
      () => history(RULE, 'f()', [asOf('v4.12', Lax), asOf('v5.0', Strict)]),
      'only its first variant is asOf() a release',
    ],
    [
      'with one commit twice',
      () => history(RULE, 'f()', [asOf('v4.12', Lax), since(fix, Lax), since(fix, Strict)]),
      'it has two variants of fix',
    ],
    [
      'out of order',
      () => history(RULE, 'f()', [asOf('v4.12', Lax), since(better, Lax), since(fix, Strict)]),
      'fix of v5.18 stands behind one of v6.1; the oldest comes first',
    ],
    [
      'of what is no release',
      () => unchanged('f()', '5.18'),
      '5.18 is no release; one is v5.18, or v5.17-rc2',
    ],
  ])('%s', (_what, make, message) => {
    expect(make).toThrow(HistoryError);
    expect(make).toThrow(`the history of f(): ${message}`);
  });
});

test('the compiler holds a form against the type of its seam', () => {
  // @ts-expect-error: a number is no Rule
  history(RULE, 'f()', [asOf('v4.12', 1)]);
  expect(told.variants).toHaveLength(5);
});

test('releases are in the order in which they were made', () => {
  const tags = ['v6.1', 'v4.12', 'v5.17', 'v5.17-rc2', 'v5.9', 'v5.17-rc10', 'v5.10'];
  const inOrder = ['v4.12', 'v5.9', 'v5.10', 'v5.17-rc2', 'v5.17-rc10', 'v5.17', 'v6.1'];
  expect(tags.sort(compareReleases)).toEqual(inOrder);
  expect(['v5.18', 'v5.17-rc2'].map(isRelease)).toEqual([true, true]);
  const none = ['5.18', 'v5', 'v5.15.30', 'v5.18-'];
  expect(none.map(isRelease)).toEqual(none.map(() => false));
});
