import { spawnSync } from 'node:child_process';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { readJson, root } from '../src/packages.mjs';

describe('the lock file', () => {
  const { packages } = readJson('package-lock.json');

  it('has every optional platform package, without which `npm ci` would refuse it', () => {
    const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies)
        .filter((name) => !packages[`node_modules/${name}`])
        .filter((name) => !packages[`${path}/node_modules/${name}`])
        .map((name) => `${path}: ${name}`),
    );
    expect(missing).toEqual([]);
  });

  it('names no registry', () => {
    const resolved = Object.values(packages).map((entry) => entry.resolved ?? '');
    expect(resolved.filter((url) => /^https?:/.test(url))).toEqual([]);
  });
});

describe('dependencies from outside', () => {
  it('are pinned exactly, since a newer release may need a newer Node', () => {
    const loose = Object.entries(readJson('package.json').devDependencies).filter(
      ([, version]) => !/^(npm:.+@)?\d+\.\d+\.\d+$/.test(/** @type {string} */ (version)),
    );
    expect(loose).toEqual([]);
  });
});

describe('the two TypeScripts', () => {
  // Both packages bring a `tsc`; npm links the one whose name sorts first.
  it('build with the native compiler', () => {
    const tsc = spawnSync(`${root}/node_modules/.bin/tsc`, ['--version'], { encoding: 'utf8' });
    expect(tsc.stdout).toMatch(/^Version 7\./);
  });

  it('lint with the last one that has an API', () => {
    expect(ts.version).toMatch(/^6\./);
  });
});
