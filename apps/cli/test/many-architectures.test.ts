import { describe, expect, it } from 'vitest';
import { inOwnProcess, pagerace } from './support/pagerace.js';

/** A comparison as JSON, without what may differ between two runs of it. */
async function compared(words: string, run = pagerace) {
  const { code, out, err } = await run(`compare ${words} --json -q`);
  expect(err).toBe('');
  const { runs, ...rest } = JSON.parse(out) as { runs: Record<string, unknown>[] };
  return { code, ...rest, runs: runs.map(({ milliseconds: _, ...run }) => run) };
}

describe('a comparison of many architectures', () => {
  it.each(['store-buffering', 'madv-free-dio'])(
    'is the same on one thread and on three: %s',
    async (scenario) => {
      const words = `${scenario} --arch x86,arm64,x86-ipi,lkmm`;
      const [one, three] = await Promise.all([
        compared(`${words} --jobs 1`, inOwnProcess),
        compared(`${words} --jobs 3`, inOwnProcess),
      ]);
      expect(three).toEqual(one);
      expect(one.runs).toHaveLength(8);
    },
  );

  it('takes each under its own memory model, or any architecture under the kernel’s', async () => {
    const { runs } = await compared('store-buffering --arch x86,arm64,lkmm --kernels plain');
    expect(runs.map(({ model }) => model)).toEqual(['tso', 'armv8', 'lkmm']);
    const { out } = await pagerace('compare store-buffering --model lkmm');
    expect(out).toMatch(/^lkmm +\u2717 assertion/m);
  });

  it('takes all that there are, also those of plug-ins, which each thread loads', async () => {
    const { out } = await pagerace('compare store-buffering --arch all --jobs 2 --kernels plain');
    const rows = [...out.matchAll(/^(\S+) +\u2717 assertion \(1 of 4\), needs weak memory/gm)];
    const names = rows.map(([, name]) => name);
    expect(names).toEqual(expect.arrayContaining(['x86', 'arm64', 'small', 'w']));
  });

  it('is of the last kernel that goes wrong, and of the same with the patch that makes it right', async () => {
    const { runs } = await compared('gup-fast-collapse');
    expect(runs.map(({ kernel }) => kernel)).toEqual(['v5.19', 'v5.19+gup-fast-recheck-pmd']);
  });

  it('has all kernels in the order of their releases', async () => {
    const { runs } = await compared('madv-free-dio --kernels all --strategy first');
    const kernels = runs.map(({ kernel }) => String(kernel).replace(/-rc\d+/, ''));
    const plain = kernels.filter((kernel) => kernel.startsWith('v'));
    const numeric = new Intl.Collator('en', { numeric: true });
    expect(plain).toEqual([...plain].sort(numeric.compare));
    expect(kernels.slice(0, plain.length)).toEqual(plain);
    expect(plain.length).toBeGreaterThan(5);
  });

  it('shows each way of going wrong once, and tells the others by a command', async () => {
    const words = 'store-buffering --kernels plain --arch x86,arm64';
    const same = await pagerace(`compare ${words}`);
    expect(same.out.match(/^pagerace replay/gm)).toHaveLength(1);
    expect(same.out).not.toContain('What goes wrong:');

    const { out } = await pagerace('compare two-ways --kernels plain --arch x86,arm64');
    expect(out).toMatch(
      /^What goes wrong:\n {2}late, by interleaving alone: x86, arm64 with plain \(shown above\)\n {2}both-zero, needs weak memory: x86, arm64 with plain \(\d context switch(es)?, \d steps? out of order\)\npagerace replay two-ways /m,
    );
  });

  it('says in the cell what an architecture lacks', async () => {
    const { code, out } = await pagerace('compare huge --kernels plain --arch x86,small');
    expect(code).toBe(0);
    expect(out).toMatch(/^x86 +\u2713 verified, 1 execution/m);
    expect(out).toMatch(/^small +- small has no transparent huge pages$/m);
    const { misfits } = JSON.parse(
      (await pagerace('compare huge --kernels plain --arch x86,small --json -q')).out,
    ) as { misfits: unknown[] };
    expect(misfits).toEqual([
      {
        scenario: 'huge',
        kernel: 'plain',
        architecture: 'small',
        model: 'tso',
        because: 'small has no transparent huge pages',
      },
    ]);
  });

  it('is a wrong command line where none has what is needed', async () => {
    const { code, err } = await pagerace('compare huge --arch small');
    expect(code).toBe(2);
    expect(err).toBe('pagerace: small has no transparent huge pages\n');
  });

  it('ends with one message when a thread dies in the middle of its work', async () => {
    const { code, out, err } = await inOwnProcess(
      'compare exiting --arch x86,x86-ipi,arm64 --jobs 3',
    );
    expect({ code, out }).toEqual({ code: 3, out: '' });
    expect(err.match(/ended with 7/g)).toHaveLength(1);
  });

  it('tells of a run that ended early how far it came and how much there is', async () => {
    const { code, out } = await pagerace(
      'compare endless --kernels plain --arch x86 --timeout 0.5',
    );
    expect(code).toBe(4);
    expect(out.replaceAll(/\s+/g, ' ')).toMatch(
      /x86 ~ nothing found in [\d,]+ executions?, time limit, \S+ % explored of \S+ .*to /,
    );
  });
});
