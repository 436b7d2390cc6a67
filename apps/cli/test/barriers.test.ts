import type { BarriersDocument } from '@pagerace/barriers';
import { describe, expect, it } from 'vitest';
import { ExitCode } from '../src/exit-code.js';
import { pagerace } from './support/pagerace.js';

const mb = 'kernel/turnstile.c:may_pass:smp_mb';
const rmb = 'kernel/turnstile.c:may_pass:smp_rmb';

describe('barriers', () => {
  it('are told from each other by whether they are needed', async () => {
    const { code, out } = await pagerace('barriers turnstile --kernel plain --arch x86,x86-ipi');
    expect(code).toBe(ExitCode.success);
    expect(out.replaceAll(/^pagerace replay[^]*/gm, '')).toBe(`turnstile on plain

${mb}
  \u2717 needed on x86, x86-ipi for exclusion

Not needed on any of these machines, as far as this scenario goes:
  ${rmb}

The weakest that is safe keeps
  x86, x86-ipi:
    ${mb}

What goes wrong without them:
`);
  });

  it('that are needed have a counterexample, which is replayed with the barrier dropped', async () => {
    const { out } = await pagerace('barriers turnstile --kernel plain --arch x86 --json');
    const { complete, machines } = JSON.parse(out) as BarriersDocument;
    expect(complete).toBe(true);
    const [{ sites, weakest }] = machines as [BarriersDocument['machines'][number]];
    expect(sites).toMatchObject([
      { name: mb, written: 'smp_mb', need: 'needed' },
      { name: rmb, written: 'smp_rmb', need: 'not needed' },
    ]);
    expect(weakest).toEqual({ assignment: { [rmb]: 'dropped' }, undecided: [] });
    const [dropped, ...weaker] = sites[0]!.weakenings;
    expect(weaker.map(({ to, safety }) => [to, safety])).toEqual([
      ['smp_rmb', 'unsafe'],
      ['smp_wmb', 'unsafe'],
    ]);
    const { replay } = dropped!.counterexample!;
    expect(replay).toContain(`--weaken ${mb}=dropped`);
    const replayed = await pagerace(replay.replace('pagerace ', '').replace(/--plugin \S+/, ''));
    expect(replayed.code).toBe(ExitCode.violation);
    expect(replayed.out).toContain('exclusion: both passed');
    expect(replayed.out).not.toContain('smp_mb()');
  });

  it('are shown with the timeline of what goes wrong without them', async () => {
    const { out } = await pagerace('barriers turnstile --kernel plain --arch x86 --show');
    expect(out).toContain(`turnstile on plain, x86 (tso), ${mb}=dropped`);
    expect(out).toContain('It needs weak memory');
  });

  it('can be asked for by name, also under another memory model', async () => {
    const command = `barriers turnstile --kernel plain --arch x86 --model sc --site ${mb}`;
    const { code, out } = await pagerace(command);
    expect(code).toBe(ExitCode.success);
    expect(out).not.toContain(rmb);
    expect(out).toContain('x86 (sc): none');
  });

  it('that the scenario does not meet are told as such', async () => {
    const site = 'mm/rmap.c:try_to_unmap_one:smp_mb';
    const { code, out } = await pagerace(
      `barriers turnstile --kernel plain --arch x86 --site ${site}`,
    );
    expect(code).toBe(ExitCode.inconclusive);
    expect(out).toContain(`${site}\n  ~ never met`);
  });

  it('of a kernel that goes wrong as it is are not judged', async () => {
    const command = 'barriers store-buffering --kernel plain --arch x86';
    const { code, out } = await pagerace(command);
    expect(code).toBe(ExitCode.violation);
    expect(out).toContain('\u2717 x86: assertion (1 of');
  });

  it.each([
    ['vacuous', ExitCode.inconclusive],
    ['throwing', ExitCode.internal],
    ['endless --timeout 0.3', ExitCode.inconclusive],
  ])('of a scenario that is %s are not judged', async (scenario, code) => {
    const ended = await pagerace(`barriers ${scenario} --kernel plain --arch x86`);
    expect(ended.code).toBe(code);
    expect(ended.out).toContain('Nothing can be said of barriers');
  });
});

describe('a barrier that is weakened by hand', () => {
  it('changes the verdict of a run', async () => {
    const run = 'run turnstile --kernel plain';
    expect((await pagerace(run)).code).toBe(ExitCode.success);
    const { code, out } = await pagerace(`${run} --weaken ${mb}=smp_wmb`);
    expect(code).toBe(ExitCode.violation);
    expect(out).toContain(`turnstile on plain, x86 (tso), ${mb}=smp_wmb`);
    expect((await pagerace(`${run} --weaken ${rmb}`)).code).toBe(ExitCode.success);
  });

  it.each([
    [`${mb}=weak`, 'weak is none of dropped'],
    [mb.replace('pass', 'pas'), `did you mean ${mb}?`],
    [`${mb} --weaken ${mb}`, 'twice'],
  ])('must exist, and so must what replaces it: %s', async (weaken, message) => {
    const { code, err } = await pagerace(`run turnstile --kernel plain --weaken ${weaken}`);
    expect(code).toBe(ExitCode.usage);
    expect(err.replaceAll(/\s+/g, ' ')).toContain(message);
  });
});
