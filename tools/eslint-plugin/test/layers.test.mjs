import { fileURLToPath } from 'node:url';
import { createProjectGraphAsync } from '@nx/devkit';
import { ESLint } from 'eslint';
import { beforeAll, describe, expect, it } from 'vitest';

const rule = '@nx/enforce-module-boundaries';
const root = fileURLToPath(new URL('../../..', import.meta.url));
const eslint = new ESLint({ cwd: root, ruleFilter: ({ ruleId }) => ruleId === rule });

/**
 * What the repository's own configuration says of an import.
 *
 * @param {string} importer @param {string} imported
 */
async function complaints(importer, imported) {
  const [result] = await eslint.lintText(`import '@pagerace/${imported}';\n`, {
    filePath: `${root}/packages/${importer}/src/index.ts`,
  });
  return result?.messages.filter(({ ruleId }) => ruleId === rule).map(({ message }) => message);
}

describe('layers', () => {
  // Without the graph, as in a fresh clone, the rule would warn and let everything pass.
  beforeAll(() => createProjectGraphAsync());

  it.each([
    ['kernel', 'gup'],
    ['gup', 'machine'],
    ['memory-models', 'explorer'],
    ['scenarios', 'kernel'],
  ])('let %s import %s, below it', async (importer, imported) => {
    expect(await complaints(importer, imported)).toEqual([]);
  });

  it.each([
    ['di', 'explorer'],
    ['explorer', 'machine'],
    ['machine', 'page-model'],
    ['page-model', 'vmscan'],
    ['gup', 'kernel'],
    ['kernel', 'scenarios'],
    ['scenarios', 'report'],
    ['report', 'cli'],
  ])('keep %s from importing %s, above it', async (importer, imported) => {
    // Where the one above imports this one already, the rule speaks of the cycle first.
    expect(await complaints(importer, imported)).toEqual([
      expect.stringMatching(/only depend on libs tagged|^Circular dependency/),
    ]);
  });
});
