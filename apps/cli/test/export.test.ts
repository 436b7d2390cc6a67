import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ExitCode } from '../src/exit-code.js';
import { pagerace } from './support/pagerace.js';

const directory = mkdtempSync(join(tmpdir(), 'pagerace-export-'));
afterAll(() => rmSync(directory, { recursive: true }));

const mb = 'kernel/turnstile.c:may_pass:smp_mb';

/** Writes what is exported to a file, and judges it. */
async function judged(command: string): Promise<{ text: string; observation: string }> {
  const { code, out, err } = await pagerace(`export ${command}`);
  expect([code, err]).toEqual([ExitCode.success, '']);
  const file = join(directory, 'exported.litmus');
  writeFileSync(file, out);
  const litmus = await pagerace(`litmus ${file}`);
  // It is what the comment says.
  expect(litmus.code).toBe(ExitCode.success);
  return { text: out, observation: /^Observation \S+ (\w+)/m.exec(litmus.out)![1]! };
}

describe('the litmus test behind a race', () => {
  it('of a kernel with a barrier weakened is allowed, and forbidden with the barrier', async () => {
    const command = `turnstile --kernel plain --weaken ${mb}`;
    const weakened = await judged(command);
    expect(weakened.observation).toBe('Sometimes');
    expect(weakened.text).toMatch(/^C turnstile\+plain\+may_pass-smp_mb-dropped$/m);
    expect(weakened.text).toContain(`* turnstile on plain, x86 (tso), ${mb}=dropped`);
    const fixed = await judged(`${command} --fixed`);
    expect(fixed.observation).toBe('Never');
    expect(fixed.text).toMatch(/^C turnstile\+plain$/m);
    expect(fixed.text).toContain(`smp_mb(); // ${mb}`);
  });

  it('is of the execution that was asked for', async () => {
    const run = await pagerace(`run turnstile --kernel plain --weaken ${mb} --json`);
    const { violations } = JSON.parse(run.out) as { violations: { witness: { id: string } }[] };
    const { id } = violations[0]!.witness;
    const { text } = await judged(`turnstile --kernel plain --weaken ${mb} --id ${id}`);
    expect(text).toContain(`pagerace replay turnstile ${id}`);
    const json = await pagerace(`export turnstile --kernel plain --weaken ${mb} --id ${id} --json`);
    expect(JSON.parse(json.out)).toEqual({ format: 'pagerace.export', version: 1, test: text });
  });

  it('of a kernel before its fix lacks what the fix reads and orders', async () => {
    const before = await judged('madv-free-dio --kernel v5.17-rc2');
    expect(before.observation).toBe('Sometimes');
    expect(before.text).toContain('mm/gup.c:try_grab_compound_head() page_ref_add_unless: 2 -> 3');
    expect(before.text).not.toContain('page_count');
    const fixed = await judged('madv-free-dio --kernel v5.17-rc2 --fixed');
    expect(fixed.observation).toBe('Never');
    expect(fixed.text).toContain('smp_mb(); // mm/rmap.c:try_to_unmap_one:smp_mb');
    expect(fixed.text).toContain('mm/rmap.c:try_to_unmap_one() page_count: 2');
  });

  it('goes by the fix that it is told', async () => {
    const command =
      'gup-fast-collapse --arch arm64 --kernel v5.19 --fix v5.19+gup-fast-recheck-pmd+collapse-full-barrier';
    const before = await judged(command);
    expect(before.observation).toBe('Sometimes');
    expect(before.text).not.toContain('gup_pte_range()');
    const fixed = await judged(`${command} --fixed`);
    expect(fixed.observation).toBe('Never');
    // GUP-fast's second look at the page middle directory.
    expect(fixed.text).toMatch(/READ_ONCE\(\*app_0\); \/\/ mm\/gup.c:gup_pte_range\(\)/);
    expect(fixed.text).toContain('smp_mb(); // mm/khugepaged.c:collapse_huge_page');
  });

  it('is not said to be none where the time was over before', async () => {
    const { code, err } = await pagerace(
      'export madv-free-dio --kernel v5.17-rc2 --timeout 0.001 --quiet',
    );
    expect({ code, err }).toEqual({
      code: ExitCode.inconclusive,
      err: 'madv-free-dio on v5.17-rc2, x86 (tso): time limit\n',
    });
  });

  it('is refused where there is none, and where nothing goes wrong', async () => {
    const none = await pagerace('export deadlock --kernel plain');
    expect(none.code).toBe(ExitCode.usage);
    expect(none.err.replaceAll(/\s+/g, ' ')).toContain('there is no litmus test for this');
    const nothing = await pagerace('export turnstile --kernel plain');
    expect(nothing.code).toBe(ExitCode.inconclusive);
    expect(nothing.err).toContain('no violation was found');
  });
});
