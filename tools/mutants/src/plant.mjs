import { spawn } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { clearTimeout, setTimeout } from 'node:timers';

/** @typedef {'caught' | 'survived' | 'endless'} Fate */

/**
 * How long the tests of a mutant may take before it counts as one that does not end, in milliseconds. Far
 * more than they take without a mutant on a busy machine.
 */
const patience = 600_000;

/**
 * Runs tests, with a mutant or without.
 *
 * @param {string} root of the repository
 * @param {readonly string[]} watchers
 * @param {number} workers how many test files run at a time
 * @param {import('./mutant.mjs').Mutant} [mutant]
 * @returns {Promise<{ fate: Fate, output: string }>}
 */
export async function plant(root, watchers, workers, mutant) {
  const edit = join(tmpdir(), `pagerace-mutant-${process.pid}-${mutant?.id ?? 'none'}.json`);
  /** @type {NodeJS.ProcessEnv} */
  const environment = { ...process.env, CI: 'true' };
  if (mutant !== undefined) {
    const { file, from, to } = mutant;
    writeFileSync(edit, JSON.stringify({ file: join(root, file), from, to }));
    environment.PAGERACE_MUTANT = edit;
  }
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  // A filter of vitest is a part of a path: the slash keeps packages/fork from also naming packages/fork-x.
  const filters = watchers.map((watcher) =>
    watcher.includes('.test.') ? watcher : `${watcher}/test/`,
  );
  const child = spawn(
    process.execPath,
    [vitest, 'run', '--bail=1', `--maxWorkers=${workers}`, '--reporter=dot', ...filters],
    { cwd: root, env: environment, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (chunk) => (output += chunk));
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    child.kill('SIGKILL');
  }, patience);
  const code = await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  clearTimeout(timer);
  rmSync(edit, { force: true });
  return { fate: late ? 'endless' : code === 0 ? 'survived' : 'caught', output };
}
