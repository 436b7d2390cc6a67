import { commit } from '@pagerace/history';
import { applyPatches, definePatch, kernelOf } from '@pagerace/kernel';
import { describe, expect, it } from 'vitest';
import { bisection, type Change, changed, changesBetween } from '../src/bisection.js';
import { pagerace } from './support/pagerace.js';

const commits = ['v5.0', 'v5.2', 'v5.4', 'v5.6', 'v5.8', 'v5.10'].map((since, nth) =>
  commit({ id: `c${String(nth)}`, title: `mm: ${String(nth)}`, commit: '0123456789ab', since }),
);
const changes = changesBetween(kernelOf('v4.20'), kernelOf('v5.10'), commits);
const idsOf = (some: readonly Change[]): readonly string[] => some.map(({ patch }) => patch.id);

describe('the changes between two kernels', () => {
  it('are added oldest first', () => {
    expect(idsOf(changes)).toEqual(['c0', 'c1', 'c2', 'c3', 'c4', 'c5']);
    expect(changed(kernelOf('v4.20'), changes.slice(0, 2))).toBe('v4.20+c0+c1');
  });

  it('are taken out newest first', () => {
    const back = changesBetween(kernelOf('v5.10'), kernelOf('v5.5'), commits);
    expect(back.map(({ kind }) => kind)).toEqual(['taken out', 'taken out', 'taken out']);
    expect(changed(kernelOf('v5.10'), back)).toBe('v5.10^c5^c4^c3');
  });

  it('are those of patches that were added to either, too', () => {
    const mine = definePatch({ id: 'mine', title: 'mine', provides: [] });
    const to = applyPatches(kernelOf('v5.0'), [mine]);
    expect(idsOf(changesBetween(kernelOf('v4.20'), to, [...commits, mine]))).toEqual([
      'c0',
      'mine',
    ]);
  });
});

describe('bisection', () => {
  const found = async (
    isBad: (ids: readonly string[]) => boolean | undefined,
  ): Promise<{ culprits: readonly string[]; asked: number }> => {
    let asked = 0;
    const culprits = await bisection(changes, (some) => {
      asked++;
      return Promise.resolve(isBad(idsOf(some)));
    });
    return { culprits: idsOf(culprits), asked };
  };

  it.each(['c0', 'c2', 'c5'])('finds the one change that matters, %s', async (culprit) => {
    const { culprits, asked } = await found((ids) => ids.includes(culprit));
    expect(culprits).toEqual([culprit]);
    expect(asked).toBeLessThanOrEqual(4);
  });

  it('finds all that it takes', async () => {
    for (const needed of [['c0', 'c5'], ['c1', 'c2', 'c4'], ['c3', 'c4'], idsOf(changes)]) {
      const { culprits } = await found((ids) => needed.every((id) => ids.includes(id)));
      expect(culprits).toEqual(needed);
    }
  });

  it('believes nothing of changes that do not fit together', async () => {
    const { culprits } = await found((ids) => {
      const both = ['c0', 'c1', 'c2'].filter((id) => ids.includes(id)).length;
      return both % 3 === 0 ? both === 3 : undefined;
    });
    expect(culprits).toEqual(['c0', 'c1', 'c2']);
  });

  it('leaves in what a change builds on', async () => {
    const { culprits } = await found((ids) =>
      ids.includes('c4') && !ids.includes('c1') ? undefined : ids.includes('c4'),
    );
    expect(culprits).toEqual(['c1', 'c4']);
  });
});

describe('pagerace bisect', () => {
  it('names the commit, with its title and its release', async () => {
    const { out, code } = await pagerace(
      'bisect store-buffering --good plain+fence-added --bad plain',
    );
    expect(code).toBe(0);
    expect(out).toContain('plain is right with fence-added ("change user access: fence-added")');
  });

  it.each([
    [
      '--good plain --bad plain+fence-added',
      'plain goes wrong and plain+fence-added does not: exchange --good and --bad',
    ],
    [
      '--good plain --bad plain+other-change',
      'plain and plain+other-change both go wrong: there is no difference to find',
    ],
    ['--good plain --bad v6.15', 'plain and v6.15 are modelled alike on x86'],
  ])('refuses %s', async (kernels, message) => {
    const { err, code } = await pagerace(`bisect store-buffering ${kernels}`);
    expect(code).toBe(2);
    expect(err).toContain(message);
  });

  it('gives a document', async () => {
    const { out } = await pagerace(
      'bisect store-buffering --good plain+fence-added --bad plain --json',
    );
    expect(JSON.parse(out)).toMatchObject({
      format: 'pagerace.bisect',
      from: 'plain',
      culprits: [{ kind: 'added', id: 'fence-added' }],
      explored: [{ verdict: 'verified' }, { verdict: 'violated' }],
    });
  });
});
