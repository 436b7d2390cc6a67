import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { archX86 } from '@pagerace/arch-x86';
import { Registry } from '@pagerace/kernel';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  differenceIn,
  DiskFile,
  explanation,
  fioDefaults,
  type FioJob,
  FioLoad,
  type FioReport,
  isSound,
} from '../src/index.js';

const registry = new Registry([archX86]);
const architecture = registry.architecture('x86');
const FIVE = 'v5.0+gup-track-pinned+gup-vmstat';

let folder = '';
let path = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pagerace-load-'));
  path = join(folder, 'disk.img');
  // Each page has its number in it.
  writeFileSync(
    path,
    Buffer.concat(Array.from({ length: 32 }, (_, nth) => Buffer.alloc(4096, nth))),
  );
});
afterAll(() => rmSync(folder, { recursive: true }));

function made(
  kernel: string,
  job: Partial<FioJob>,
  options: { slice?: number } = {},
): { load: FioLoad; disk: DiskFile } {
  const disk = new DiskFile(path, job.rw ?? 'read');
  const wanted = { ...fioDefaults, requests: 600, ...job };
  const load = new FioLoad({
    job: wanted,
    kernel: registry.kernel(kernel),
    architecture,
    disk,
    ...options,
  });
  return { load, disk };
}

function ran(
  kernel: string,
  job: Partial<FioJob> = {},
  options: { slice?: number } = {},
): FioReport {
  const { load, disk } = made(kernel, job, options);
  while (load.advance(1000));
  disk.close();
  return load.report();
}

const valuesOf = ({ vmstat }: FioReport): readonly number[] => vmstat.map(({ value }) => value);

describe('the five counters of a job', () => {
  test('have the names of /proc/vmstat, and one fast request for each page', () => {
    const report = ran(FIVE);
    expect(report.vmstat.map(({ name }) => name)).toEqual([
      'nr_gup_slow_pages_requested',
      'nr_gup_fast_pages_requested',
      'nr_gup_fast_page_backoffs',
      'nr_gup_page_count_overflows',
      'nr_gup_pages_returned',
    ]);
    const total = report.vmstat.map(({ value, unfolded }) => value + unfolded);
    expect(total).toEqual([0, 600, 0, 0, 600]);
    expect([report.requests, report.bytes, isSound(report)]).toEqual([600, 600 * 4096, true]);
  });

  test('count what goes the slow way, what backs off, and what is never put', () => {
    const report = ran(FIVE, { slow: 10, backoffs: 10, leaks: 3 });
    const [slow, fast, backoffs, overflows, returned] = report.vmstat.map(
      ({ value, unfolded }) => value + unfolded,
    );
    expect(slow! + fast!).toBe(600 + backoffs!);
    expect(backoffs).toBeGreaterThan(20);
    expect(slow).toBeGreaterThan(backoffs!);
    expect(overflows).toBe(0);
    expect(slow! + fast! - returned!).toBe(3);
    expect(report.leaked).toHaveLength(3);
    expect(differenceIn(report)).toMatchObject({ outstanding: 3, unexplained: 0 });
    expect(explanation(report).join('\n')).toContain('A call site does not match');
  });

  test('show a reader less than there is, while CPUs have yet to fold', () => {
    const report = ran(FIVE, { numjobs: 4, requests: 603 });
    const { difference, unfolded, outstanding } = differenceIn(report)!;
    expect(report.vmstat.some((line) => line.unfolded !== 0)).toBe(true);
    expect([difference - unfolded, outstanding]).toEqual([0, 0]);
  });

  // gup_huge_pmd() of the patch: one for an entry; put_user_page(): one for a page.
  test('do not match where an entry gives out more pages than one', () => {
    const report = ran(FIVE, { huge: true, blocksize: 8192, iodepth: 4, requests: 200 });
    expect(differenceIn(report)!.unexplained).toBe(-200);
    expect(isSound(report)).toBe(false);
    expect(report.odd).toHaveLength(1);
    expect(explanation(report).join('\n')).toContain('gup_huge_pmd() counts a huge entry once');
  });
});

// put_user_page() of the patch does not free the page that is unmapped before it.
test('a job whose pages are lost ends when none is left', () => {
  const report = ran(FIVE, { slow: 1, iodepth: 2, requests: 20_000 }, { slice: 5 });
  expect(report.violation?.property).toBe('leak');
  expect(report.odd.length).toBeGreaterThan(8);
  expect(isSound(report)).toBe(false);
});

test('the two counters count pins of direct I/O since v6.5, also of huge entries', () => {
  for (const job of [{}, { huge: true, blocksize: 8192, iodepth: 4 }]) {
    const report = ran('v6.5', { ...job, leaks: 2 });
    const pages = job.huge === true ? 2 : 1;
    expect(report.vmstat.map(({ value, unfolded }) => value + unfolded)).toEqual([
      600 * pages,
      598 * pages,
    ]);
    expect(isSound(report)).toBe(true);
  }
});

test('before that they count nothing of it, and before them there are none', () => {
  const before = ran('v5.8');
  expect([valuesOf(before), before.counted]).toEqual([[0, 0], false]);
  expect(explanation(before).join('\n')).toContain('takes FOLL_GET references');
  const none = ran('v5.0', { leaks: 1 });
  expect(explanation(none)[0]).toBe('v5.0 counts nothing of get_user_pages() in /proc/vmstat.');
  expect(none.held).toHaveLength(1);
});

test('the same seed makes the same of a job, and another another', () => {
  const job = { slow: 10, backoffs: 10 };
  expect(ran(FIVE, job)).toEqual(ran(FIVE, job));
  expect(valuesOf(ran(FIVE, { ...job, seed: 2 }))).not.toEqual(valuesOf(ran(FIVE, job)));
});

test('a job that is stopped ends what is under way', () => {
  const { load, disk } = made(FIVE, { requests: 100_000 });
  load.advance(5000);
  load.stop('interrupted');
  while (load.advance(1000));
  disk.close();
  const report = load.report();
  expect(report.stopped).toBe('interrupted');
  expect(report.requests).toBeLessThan(100_000);
  expect(isSound(report)).toBe(true);
});

// The first byte of each page tells it from the others.
test.each([{}, { blocksize: 8192, numjobs: 2, slow: 5, backoffs: 5 }, { huge: true }])(
  'a job that reads finds in its buffers what the device has: %o',
  (job) => {
    expect(ran('v6.5', { ...job, requests: 200 }).differing).toBe(0);
  },
);

test('a job that writes leaves its buffers on the device', () => {
  const before = readFileSync(path);
  ran('v6.5', { rw: 'write', requests: 40, iodepth: 4 });
  const after = readFileSync(path);
  writeFileSync(path, before);
  expect([after.length, new Set(after)]).toEqual([before.length, new Set([1])]);
});

describe('what does not fit is refused', () => {
  const refused = (job: Partial<FioJob>): string => {
    try {
      made(FIVE, job).disk.close();
    } catch (thrown) {
      return (thrown as Error).message;
    }
    return '';
  };

  test.each([
    [{ blocksize: 1000 }, 'must be a multiple of the page size'],
    [{ size: 4096 * 33 }, 'the job goes through'],
    [{ size: 5000 }, 'must be a multiple of the blocksize'],
    [{ blocksize: 4096 * 64 }, 'less than one block'],
    [{ iodepth: 9000 }, 'there are 8192 at most'],
    [{ leaks: 601 }, 'cannot leak'],
    [{ requests: 20_000, leaks: 9000, slow: 2 }, 'there are 8192 at most'],
    [{ huge: true, backoffs: 5 }, 'give no --slow'],
    [{ huge: true, iodepth: 513 }, 'a huge page has 512'],
  ] as const)('%o', (job, message) => {
    expect(refused(job)).toContain(message);
  });

  test.each([
    ['nothing', 'there is no such file'],
    ['.', 'is a directory'],
  ])('the device %s', (name, message) => {
    expect(() => new DiskFile(join(folder, name), 'read')).toThrow(message);
  });
});
