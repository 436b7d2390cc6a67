import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, vi } from 'vitest';
import { firstExample } from '../src/first-example.mjs';
import { instrument } from '../src/instrument.mjs';
import { observer } from '../src/observer.mjs';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const generated = fileURLToPath(new URL('../generated', import.meta.url));
rmSync(generated, { recursive: true, force: true });
mkdirSync(generated);

describe.each(readdirSync(`${root}/packages`))('README of %s', (name) => {
  const example = firstExample(readFileSync(`${root}/packages/${name}/README.md`, 'utf8'));
  const { code, comments } = instrument(example ?? '');
  writeFileSync(`${generated}/${name}.ts`, example ?? 'export {};\n');
  writeFileSync(`${generated}/${name}.mjs`, code);

  it('begins with an example that does what its comments say', async () => {
    if (example === undefined) expect.fail('its first fenced block is no ```ts block');
    const seen = new Set();
    // What an explored program throws is a verdict: the comparison comes after the example.
    /** @type {string[]} */
    const expectedAll = [];
    /** @type {string[]} */
    const printedAll = [];
    const observe = observer((index, expected, printed) => {
      seen.add(index);
      expectedAll.push(expected);
      printedAll.push(printed);
    });
    vi.stubGlobal('observe', observe);
    vi.spyOn(console, 'log').mockImplementation(() => undefined);
    await import(/* @vite-ignore */ `${generated}/${name}.mjs`);
    expect(printedAll).toEqual(expectedAll);
    expect(seen.size, 'comments that were reached').toBe(comments);
  });
});

describe('the examples', () => {
  it('compile as they stand', () => {
    const tsc = spawnSync('npx', ['tsc', '-p', 'tsconfig.examples.json'], {
      cwd: fileURLToPath(new URL('..', import.meta.url)),
      encoding: 'utf8',
    });
    expect(tsc.stdout).toBe('');
  });
});
