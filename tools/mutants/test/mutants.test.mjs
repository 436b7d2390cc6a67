import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { misfits } from '../src/mutant.mjs';
import { mutants } from '../src/mutants/index.mjs';

const root = fileURLToPath(new URL('../../../', import.meta.url));

it('fits the sources: each mutant edits text that its file has once', () => {
  expect(misfits(root, mutants)).toEqual([]);
});

it('says what is wrong with a mutant', () => {
  const mutant = {
    fault: '',
    file: 'vitest.config.mjs',
    from: "maxWorkers: '100%',",
    to: '',
    watchers: ['packages/di'],
  };
  expect(
    misfits(root, [
      { ...mutant, id: 'often', from: ' ' },
      { ...mutant, id: 'gone', file: 'packages/none.ts' },
      { ...mutant, id: 'same', to: mutant.from },
      { ...mutant, id: 'same', watchers: [] },
      { ...mutant, id: 'unwatched', watchers: ['packages/none'] },
      {
        ...mutant,
        id: 'broken',
        file: 'vitest.config.mjs',
        from: 'export default',
        to: 'export (',
      },
    ]),
  ).toEqual([
    expect.stringMatching(
      /^often: vitest.config.mjs has the text to be edited \d+ times, not once$/,
    ),
    'gone: there is no file packages/none.ts',
    'same: it changes nothing',
    'same: there are two of that name',
    'same: no test watches it',
    'unwatched: there is nothing at packages/none',
    'broken: vitest.config.mjs cannot be parsed any more: every test would fail',
  ]);
});
