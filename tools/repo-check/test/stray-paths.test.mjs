import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { root } from '../src/packages.mjs';

/** Paths that lead out of the repository, and so mean nothing in another clone. */
const stray = [/\.\.\/shared\b/, /(?<![\w.-])\/(work|home|root|Users)\//];

it('no tracked file mentions a place outside the repository', () => {
  const { stdout } = spawnSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' });
  const tracked = stdout.split('\0').filter((file) => file && file !== 'package-lock.json');
  const here = 'tools/repo-check/test/stray-paths.test.mjs';
  expect(tracked).toContain('package.json');

  const mentions = tracked
    .filter((file) => file !== here)
    .flatMap((file) =>
      readFileSync(`${root}/${file}`, 'utf8')
        .split('\n')
        .map((line, index) => ({ at: `${file}:${index + 1}`, line })),
    )
    .filter(({ line }) => stray.some((path) => path.test(line)));
  expect(mentions).toEqual([]);
});
