import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { start } from './support/pagerace.js';

let folder = '';
let disk = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pagerace-load-'));
  disk = join(folder, 'disk.img');
  writeFileSync(disk, Buffer.alloc(16 * 4096, 'y\n'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const load = (...args: string[]) => start(['load', 'fio', ...args]).ended;

it('prints the lines of /proc/vmstat, and what their difference is made of', async () => {
  const { code, out } = await load('--device', disk, '--requests', '500', '--leaks', '7');
  expect(code).toBe(0);
  expect(out).toContain('$ cat /proc/vmstat | grep gup\nnr_gup_slow_pages_requested 0\n');
  expect(out).toMatch(/^nr_gup_fast_pages_requested \d+$/m);
  expect(out).toMatch(/^Total gup requests \(slow \+ fast\): +\d+$/m);
  expect(out).toMatch(/^ {2}\+7 by references that are held still/m);
  expect(out).toContain('A call site does not match');
});

it('ends with 1 where no reference explains the difference', async () => {
  const words = ['--requests', '100', '--huge', '--blocksize', '8k', '--iodepth', '4', '--json'];
  const { code, out } = await load('--device', disk, ...words);
  expect(code).toBe(1);
  expect(JSON.parse(out)).toMatchObject({
    format: 'pagerace.load',
    sound: false,
    requests: 100,
    unexplained: -100,
  });
});

it('is ended by Ctrl-C with what was learned', async () => {
  const args = ['load', 'fio', '--device', disk, '--requests', '100000000', '--json'];
  const { child, ended } = start(args);
  await new Promise<void>((resolve) => child.stderr!.once('data', () => resolve()));
  child.kill('SIGINT');
  const { code, out, err } = await ended;
  expect(code).toBe(4);
  const { requests, ...document } = JSON.parse(out) as { requests: number };
  expect(requests).toBeGreaterThan(0);
  expect(document).toMatchObject({ stopped: 'interrupted', sound: true });
  expect(err).toContain('"event":"load"');
});

describe('bad input is one error, and changes no file', () => {
  it.each([
    [['--device', 'nothing.img'], 'nothing.img cannot be read: there is no such file'],
    [['--device', 'nothing.img', '--rw', 'write'], 'cannot be written: there is no such file'],
    [['--device', '.'], 'is a directory'],
    [['--device', 'disk.img', '--size', '1g'], 'the job goes through 1073741824'],
    [
      ['--device', 'disk.img', '--rw', 'write', '--blocksize', '5000'],
      'a multiple of the page size',
    ],
    [['--device', 'disk.img', '--kernel', 'v5.0+gup-vmstat'], 'which lacks gup-track-pinned'],
    [['--device', 'disk.img', '--requests', '0'], 'It must be a whole number from 1 up'],
    [['--device', 'disk.img', '--size', '4x'], 'It must be a number of bytes'],
    [[], "required option '--device <file>' not specified"],
  ])('%j', async (args, message) => {
    const before = readFileSync(disk);
    const at = args.map((word) =>
      word.endsWith('.img') || word === '.' ? join(folder, word) : word,
    );
    const { code, out, err } = await load(...at);
    expect([code, out]).toEqual([2, '']);
    expect(err.replaceAll(/\s+/g, ' ')).toContain(message);
    expect(readFileSync(disk).equals(before)).toBe(true);
  });

  it('a device that is shorter than a block', async () => {
    const short = join(folder, 'short.img');
    writeFileSync(short, 'y');
    truncateSync(short, 100);
    const { code, err } = await load('--device', short);
    expect(code).toBe(2);
    expect(err).toContain('the device has 100 bytes, less than one block of 4096');
  });
});
