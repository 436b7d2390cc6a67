import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bin } from './support/pagerace.js';

// What a command takes to start is the modules that it loads, and unlike the time their number is always the same.

/** Notes the URL of every module that a thread loads, in a file of that thread. */
const note = (folder: string): string => `
  import { appendFileSync } from 'node:fs';
  let file;
  export const initialize = (thread) => (file = ${JSON.stringify(join(folder, 'modules'))} + thread);
  export const load = (url, context, next) => {
    appendFileSync(file, url + '\\n');
    return next(url, context);
  };`;

describe('a command loads only what it uses', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'pagerace-start-up-'));
    const hook = join(folder, 'note.mjs');
    writeFileSync(hook, note(folder));
    writeFileSync(
      join(folder, 'register.mjs'),
      `import { register } from 'node:module';
       import { isMainThread } from 'node:worker_threads';
       register(${JSON.stringify(pathToFileURL(hook).href)}, { data: isMainThread ? 'main' : 'other' });`,
    );
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  /** The packages that the command's own thread loads, and the number of modules. */
  function loaded(words: string): { readonly packages: readonly string[]; readonly count: number } {
    const file = join(folder, 'modulesmain');
    rmSync(file, { force: true });
    const register = pathToFileURL(join(folder, 'register.mjs')).href;
    const { status, stderr } = spawnSync(
      process.execPath,
      ['--import', register, bin, ...words.split(' ')],
      { encoding: 'utf8', cwd: fileURLToPath(new URL('../../..', import.meta.url)) },
    );
    expect([0, 1, 4], stderr).toContain(status);
    const urls = readFileSync(file, 'utf8').trim().split('\n');
    const packages = urls.flatMap((url) => /\/packages\/([\w-]+)\//.exec(url)?.[1] ?? []);
    return { packages: [...new Set(packages)].sort(), count: urls.length };
  }

  it.each([
    ['--help', [], 20],
    ['litmus docs/litmus/SB+mbs.litmus', ['litmus', 'memory-models'], 100],
    // These leave kernels, architectures and scenarios to the thread that explores.
    ['run gup-fast-collapse --max-executions 1', ['report'], 60],
    ['compare gup-fast-collapse --jobs 1 --max-executions 1', ['report'], 60],
    ['estimate gup-fast-collapse --samples 1', ['report'], 60],
  ])('%s', (words, packages, atMost) => {
    const { count, ...rest } = loaded(words);
    expect(rest.packages).toEqual(packages);
    expect(count).toBeLessThanOrEqual(atMost);
  });
});
