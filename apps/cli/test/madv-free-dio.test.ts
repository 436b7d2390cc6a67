import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { called } from './support/pagerace.js';

const run = (words: string) => called(words.split(' '));

describe('MADV_FREE against direct I/O', () => {
  it('is the race before the fix, and none after it', async () => {
    const { code, out } = await run('compare madv-free-dio');
    expect(code).toBe(0);
    expect(out).toMatch(/^ +v5\.17-rc2 +\+ madv-free-refcount-check$/m);
    expect(out).toMatch(
      /^x86 +\u2717 I-COH & I-DIO \(\d+ of \d+\), \S+ m?s +\u2713 verified, \d+ executions, \S+ m?s$/m,
    );
    expect(out).toContain('Every kernel behaves as expected.');
  });

  it('is told as its fix was: reclaim clears the entry between GUP and the dirty bit', async () => {
    const { out } = await run('run madv-free-dio --kernel v5.17-rc2');
    const timeline = out.split('\n');
    const at = (text: string): number => timeline.findIndex((line) => line.includes(text));
    const order = [
      'bio_iov_iter_get_pages()',
      'page_ref_add_unless(page1._refcount)',
      'shrink_page_list()',
      'try_to_unmap_one()',
      'ptep_get_and_clear(',
      'page_ref_freeze(page1._refcount) fails',
      'blkdev_bio_end_io_simple()',
      'TestSetPageDirty(page1.PG_dirty) 0 -> 1',
      'do_anonymous_page()',
    ].map(at);
    expect(order).not.toContain(-1);
    expect(order).toEqual([...order].sort((a, b) => a - b));
    // GUP has returned: bio_iov_iter_get_pages() itself puts the page into the bio.
    expect(out).toMatch(
      /^( +)bio_iov_iter_get_pages\(\)(.*\n)+\1 {2}disk\.bio0\.bi_io_vec none -> page1$/m,
    );
    // inc_mm_tlb_gen() is no smp_mb() in the source.
    expect(out).toMatch(/^ +arch_tlbbatch_add_mm\(\)\n +atomic64_inc_return\(\)$/m);
    expect(out).toContain('It does not need weak memory');
    for (const line of timeline) {
      expect(line.length).toBeLessThanOrEqual(100);
      expect(line).toMatch(/^(.*\S)?$/);
    }
    expect(timeline.slice(0, -2).join('\n')).toMatch(/^[ -~\n]*$/);
  });
});

it('takes the page fault in the architecture\u2019s own function', async () => {
  const { out } = await run('run madv-free-dio --kernel v5.17-rc2 --arch s390');
  expect(out).toMatch(/^do_exception\(\) +\[arch\/s390\/mm\/fault\.c\]$/m);
  expect(out).not.toContain('arch/x86');
});

describe('the reproducer of the fix', () => {
  const folder = mkdtempSync(join(tmpdir(), 'device-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const device = join(folder, 'test.img');
  writeFileSync(device, 'y\n'.repeat(8192));
  const reproduce = (words: string) => run(`reproduce madv-free-dio --device ${device} ${words}`);
  const bytes = (out: string) =>
    [...out.matchAll(/^0x[0-9a-f]+000: (0x[0-9a-f]+)$/gm)].map(([, byte]) => byte);

  it.each([
    ['--at good', 0, '0x79'],
    ['--at bad', 1, '0x0'],
    ['--at bad --kernel v5.17-rc2+madv-free-refcount-check', 0, '0x79'],
    ['--at bad --kernel v5.18', 0, '0x79'],
  ])('%s', async (words, exit, byte) => {
    const { code, out } = await reproduce(words);
    expect(code).toBe(exit);
    expect(bytes(out)).toEqual([byte, byte, byte, byte]);
  });

  it('shows how, by the command that it names', async () => {
    const { out } = await reproduce('--at bad');
    const command = out
      .slice(out.indexOf('pagerace run'))
      .replaceAll('\\\n', ' ')
      .split(/\s+/)
      .filter(Boolean);
    const shown = await called(command.slice(1));
    expect(shown.code).toBe(1);
    expect(shown.out).toContain('shrink_page_list()');
  });

  it('of a device that is missing, short or no file is refused', async () => {
    const short = join(folder, 'short.img');
    writeFileSync(short, 'y\n');
    for (const [file, says] of [
      [short, 'has 2 bytes'],
      [join(folder, 'none.img'), 'there is no such file'],
      [folder, 'it is a directory'],
    ] as const) {
      const { code, out, err } = await run(`reproduce madv-free-dio --at bad --device ${file}`);
      expect({ code, out }).toEqual({ code: 2, out: '' });
      expect(err).toContain(says);
    }
  });

  it('of a device that begins with zeros says what cannot be told, and names it as a shell needs it', async () => {
    const zeros = join(folder, "it's.img");
    writeFileSync(zeros, new Uint8Array(16384).fill(7, 1, 4096));
    const { out } = await run(`reproduce madv-free-dio --at bad --device ${zeros}`);
    expect(out).toContain('begins with 0x0, as the zero page does: the two look alike');
    const whole = new Uint8Array(16384).fill(0x79);
    writeFileSync(zeros, whole.fill(0, 1, 4096));
    const seen = await run(`reproduce madv-free-dio --at bad --device ${zeros}`);
    expect(seen.out).not.toContain('look alike');
    expect(seen.out).toContain(String.raw`it'\''s.img'`);
  });

  it('is known by its own name, too', async () => {
    const { code, out } = await run(
      `reproduce madv-free-reproducer --device ${device} --at bad --kernel v5.17-rc2`,
    );
    expect(code).toBe(1);
    expect(bytes(out)).toEqual(['0x0', '0x0', '0x0', '0x0']);
  });

  it('is that of one race alone', async () => {
    const { code, err } = await run(`reproduce madv-free-dio-async --at bad --device ${device}`);
    expect(code).toBe(2);
    expect(err).toContain('there is no reproducer of madv-free-dio-async');
  });
});
