import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { importedPackages } from '../src/imports.mjs';
import { published, readJson, root } from '../src/packages.mjs';

const { version } = readJson('packages/di/package.json');
const changesets = readJson('.changeset/config.json');
const solution = readJson('tsconfig.json');
const licence = readFileSync(`${root}/LICENSE`, 'utf8');

describe.each(published)('$folder', ({ folder, manifest }) => {
  const dependencies = Object.keys(manifest.dependencies ?? {});
  const inTests = [...dependencies, ...Object.keys(manifest.devDependencies ?? {})];

  it('says what it is', () => {
    expect(manifest).toMatchObject({
      name: `@pagerace/${folder.split('/')[1]}`,
      version,
      description: expect.stringMatching(/\.$/),
      license: 'MIT',
      author: 'pagerace contributors',
      type: 'module',
      publishConfig: { access: 'public' },
      nx: { tags: [expect.stringMatching(/^layer:/)] },
    });
    expect(readFileSync(`${root}/${folder}/README.md`, 'utf8')).toContain(`# ${manifest.name}`);
    expect(readFileSync(`${root}/${folder}/LICENSE`, 'utf8')).toBe(licence);
  });

  it('is part of the build and of the release', () => {
    expect(solution.references).toContainEqual({ path: `./${folder}` });
    expect(changesets.fixed.flat()).toContain(manifest.name);
  });

  it('depends on what its sources import, and on nothing else', () => {
    expect(dependencies.sort()).toEqual([...importedPackages(`${root}/${folder}/src`)].sort());
  });

  it('says which packages of ours its tests import', () => {
    const test = `${root}/${folder}/test`;
    const imported = existsSync(test) ? [...importedPackages(test)] : [];
    const ours = imported.filter((name) => name.startsWith('@pagerace/'));
    expect(inTests).toEqual(expect.arrayContaining(ours));
  });

  it('takes the others at the version they are released with', () => {
    const ranges = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies });
    for (const [name, range] of ranges) {
      expect(range, name).toMatch(name.startsWith('@pagerace/') ? `^${version}` : /^\d/);
    }
  });
});
