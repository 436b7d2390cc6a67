import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { x86 } from '@pagerace/arch-x86';
import { explore } from '@pagerace/explorer';
import { UsageError } from '@pagerace/kernel';
import { tso } from '@pagerace/memory-models';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readDeviceFile, reproduce } from '../src/index.js';
import { compose, registry } from './support/exploring.js';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'device-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** A file of bytes. @returns its path */
function file(name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

/** yes | dd bs=4096 count=4 */
const yes = Buffer.alloc(4 * 4096, 'y\n');

function run(kernel: string, at: 'good' | 'bad', device: Uint8Array = yes): string {
  return reproduce({
    device,
    at,
    kernel: registry.kernel(kernel),
    architecture: x86,
    model: tso,
  }).text;
}

const good = `0x7f7c10418000: 0x79
0x7f7c10419000: 0x79
0x7f7c1041a000: 0x79
0x7f7c1041b000: 0x79
`;

describe('the program of the commit message prints', () => {
  test.each(['v4.12', 'v5.17-rc2', 'v5.18', 'v6.5', 'v6.15'])(
    'the data in the good run, on %s',
    (kernel) => {
      expect(run(kernel, 'good')).toBe(good);
    },
  );

  test.each(['v4.12', 'v5.17-rc2'])('zeros in the bad run before the fix, on %s', (kernel) => {
    expect(run(kernel, 'bad')).toBe(`0x7fa1b8050000: 0x0
0x7fa1b8051000: 0x0
0x7fa1b8052000: 0x0
0x7fa1b8053000: 0x0
`);
  });

  test.each(['v5.17-rc2+madv-free-refcount-check', 'v5.18', 'v6.5', 'v6.11', 'v6.15'])(
    'the data in the bad run after the fix, on %s',
    (kernel) => {
      expect(run(kernel, 'bad')).toBe(`0x7fa1b8050000: 0x79
0x7fa1b8051000: 0x79
0x7fa1b8052000: 0x79
0x7fa1b8053000: 0x79
`);
    },
  );

  test('what is in the file, page by page', () => {
    const device = Buffer.concat(
      [0x41, 0x00, 0xff, 0x7a].map((byte) =>
        Buffer.concat([Buffer.of(byte), Buffer.alloc(4095, 0x2e)]),
      ),
    );
    expect(run('v5.18', 'bad', device).match(/0x\w+$/gm)).toEqual(['0x41', '0x0', '0xff', '0x7a']);
  });
});

test('the race over four pages is found without any injection, and at once', () => {
  const { setup, model } = compose({ scenario: 'madv-free-reproducer', kernel: 'v5.17-rc2' });
  const result = explore(setup, { model, strategy: 'first violation', maximumExecutions: 2_000 });
  expect(result.verdict).toBe('violated');
  expect(result.violations[0]?.property).toBe('I-DIO');
});

describe('a device file', () => {
  const failure = (path: string): string => {
    try {
      readDeviceFile(path);
    } catch (thrown) {
      expect(thrown).toBeInstanceOf(UsageError);
      return (thrown as UsageError).message.replace(folder, '…');
    }
    throw new Error('it was read');
  };

  test('of four pages or more is read', () => {
    expect(Buffer.from(readDeviceFile(file('test.img', yes))).equals(yes)).toBe(true);
    // No more than the program reads: a device may be large.
    expect(readDeviceFile(file('longer.img', Buffer.alloc(5 * 4096))).length).toBe(4 * 4096);
  });

  test('that is not there', () => {
    expect(failure(join(folder, 'none.img'))).toBe(
      'the device …/none.img cannot be read: there is no such file',
    );
  });

  test('that is a directory', () => {
    expect(failure(folder)).toBe('the device … cannot be read: it is a directory');
  });

  test.skipIf(process.getuid?.() === 0)('that may not be read', () => {
    const path = file('secret.img', yes);
    chmodSync(path, 0);
    expect(failure(path)).toBe('the device …/secret.img cannot be read: permission denied');
  });

  test('that is too short', () => {
    expect(failure(file('short.img', Buffer.alloc(3 * 4096)))).toBe(
      'the device …/short.img has 12288 bytes; the program reads 4 pages, 16384 bytes',
    );
    expect(failure(file('empty.img', Buffer.alloc(0)))).toMatch(/has 0 bytes/);
  });

  test('that is too short is refused by the scenario itself, too', () => {
    const parameters = { device: 'y\n' };
    expect(() =>
      compose({ scenario: 'madv-free-reproducer', kernel: 'v5.18', parameters }),
    ).toThrow('device has 2 bytes; the program reads 4 pages, 16384 bytes');
  });
});
