import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { misfits } from '../src/mutant.mjs';
import { mutants } from '../src/mutants/index.mjs';

const root = fileURLToPath(new URL('../../../', import.meta.url));

it('fits the sources: each mutant edits text that its file has once', () => {
  expect(misfits(root, mutants)).toEqual([]);
});

it('says what is wrong with a mutant', () => {
  const mutant = { fault: '', file: 'package.json', from: '{', to: '', watchers: ['packages/di'] };
  expect(
    misfits(root, [
      { ...mutant, id: 'often', from: '"' },
      { ...mutant, id: 'gone', file: 'packages/none.ts' },
      { ...mutant, id: 'same', from: '"name": "pagerace"', to: '"name": "pagerace"' },
      { ...mutant, id: 'same', from: '"name": "pagerace"', watchers: [] },
      { ...mutant, id: 'unwatched', from: '"name": "pagerace"', watchers: ['packages/none'] },
    ]),
  ).toEqual([
    expect.stringMatching(/^often: package.json has the text to be edited \d+ times, not once$/),
    'gone: there is no file packages/none.ts',
    'same: it changes nothing',
    'same: there are two of that name',
    'same: no test watches it',
    'unwatched: there is nothing at packages/none',
  ]);
});
