import type { BarriersDocument } from '@pagerace/barriers';
import { describe, expect, it } from 'vitest';
import { ExitCode } from '../src/exit-code.js';
import { inOwnProcess, pagerace } from './support/pagerace.js';

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

  it.each([
    ['mm/rmap.c:try_to_unmap_one:smp_mb', 'there is no barrier mm/rmap.c:try_to_unmap_one:smp_mb'],
    [mb.replace('smp', 'snp'), `did you mean ${mb}?`],
  ])('that the scenario does not meet on any machine are a wrong name: %s', async (site, says) => {
    const command = `barriers turnstile --kernel plain --arch x86 --site ${site}`;
    const { code, err } = await pagerace(command);
    expect(code).toBe(ExitCode.usage);
    expect(err.replaceAll(/\s+/g, ' ')).toContain(says);
  });

  it('are those of the machines that can run the scenario', async () => {
    const { code, out } = await pagerace(
      'barriers gup-fast-collapse --kernel v6.1 --arch x86,small',
    );
    expect(code).toBe(ExitCode.success);
    expect(out).toContain('The scenario cannot be had on\n  small: small has no transparent huge');
    expect((await pagerace('barriers gup-fast-collapse --kernel v6.1 --arch small')).code).toBe(
      ExitCode.usage,
    );
  });

  it('of a kernel that goes wrong as it is are not judged', async () => {
    const command = 'barriers store-buffering --kernel plain --arch x86';
    const { code, out } = await pagerace(command);
    expect(code).toBe(ExitCode.violation);
    expect(out).toContain('\u2717 x86: assertion (1 of');
  });

  it.each([
    ['vacuous', ExitCode.inconclusive],
    ['throwing-setup', ExitCode.internal],
    ['endless --timeout 0.3', ExitCode.inconclusive],
  ])('of a scenario that is %s are not judged', async (scenario, code) => {
    const ended = await pagerace(`barriers ${scenario} --kernel plain --arch x86`);
    expect(ended.code).toBe(code);
    expect(ended.out).toContain('Nothing can be said of barriers');
  });
});

const fence = 'mm/rmap.c:try_to_unmap_one:smp_mb';

describe('the barriers of madv-free-dio', () => {
  const machinesFor = async (words: string): Promise<BarriersDocument['machines']> => {
    // Many explorations, for which a process has as many threads as there are cores.
    const { code, out } = await inOwnProcess(`barriers madv-free-dio ${words} --json`);
    expect(code).toBe(ExitCode.success);
    return (JSON.parse(out) as BarriersDocument).machines;
  };

  it('have a full fence that only an architecture needs that clears an entry without ordering', async () => {
    const every =
      'arm64,arm64-deferred,powerpc-radix,powerpc-hash,riscv,s390,x86,x86-ipi,x86-broadcast,lkmm';
    const machines = await machinesFor(`--kernel v5.18 --arch ${every} --site ${fence}`);
    const needs = machines.map(({ architecture, model, sites }) => [
      model === 'lkmm' ? model : architecture,
      sites[0]!.need,
    ]);
    expect(Object.fromEntries(needs)).toEqual({
      arm64: 'not needed',
      'arm64-deferred': 'not needed',
      'powerpc-radix': 'not needed',
      'powerpc-hash': 'needed',
      riscv: 'not needed',
      // MADV_FREE has made the entry old, and an old one is invalid: ptep_flush_direct() of
      // arch/s390/mm/pgtable.c, v5.18, returns at once, and a plain store clears it.
      s390: 'needed',
      x86: 'not needed',
      'x86-ipi': 'not needed',
      'x86-broadcast': 'not needed',
      lkmm: 'needed',
    });
    for (const { sites } of machines.filter(({ sites: [site] }) => site!.need === 'needed')) {
      // Nothing weaker will do.
      const weaker = sites[0]!.weakenings.map(({ to, safety }) => [to, safety]);
      expect(weaker).toEqual([
        ['dropped', 'unsafe'],
        ['smp_rmb', 'unsafe'],
        ['smp_wmb', 'unsafe'],
      ]);
    }
  });

  it('say what orders the same, where one of them is enough', async () => {
    const [{ sites }] = (await machinesFor('--kernel v5.18 --arch lkmm')) as [
      BarriersDocument['machines'][number],
    ];
    const about = (name: string) => sites.find((site) => site.name.endsWith(name))!;
    expect(about('page_ref_add_unless:atomic_add_unless').need).toBe('needed');
    // The device's page becomes dirty under the page lock, before the reference is given back.
    const { need, insteadOf } = about('try_to_unmap_one:smp_rmb');
    expect(need).toBe('not needed');
    expect(insteadOf.toSorted()).toEqual([
      'include/linux/page-flags.h:TestSetPageDirty:test_and_set_bit',
      'mm/filemap.c:unlock_page:clear_bit_unlock',
    ]);
  });

  it('are those of the first kernel that is sound, if none is named', async () => {
    const { out } = await pagerace(`barriers madv-free-dio --arch x86 --site ${fence}`);
    expect(out.split('\n')[0]).toBe('madv-free-dio on v5.18');
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

  it('may be an instruction that orders more than smp_wmb()', async () => {
    const dsb = 'arch/arm64/include/asm/tlbflush.h:__flush_tlb_page_nosync:dsb(ishst)';
    const run = 'run madv-free-dio --kernel v5.18 --arch arm64-deferred --strategy first';
    const { code, out } = await pagerace(`${run} --weaken ${dsb}=smp_wmb`);
    expect(code).not.toBe(ExitCode.usage);
    expect(out).toContain(`${dsb}=smp_wmb`);
    const { err } = await pagerace(`${run} --weaken ${dsb}=smp_rmb`);
    expect(err.replaceAll(/\s+/g, ' ')).toContain('smp_rmb is not weaker than writeToAny');
  });

  it('is none where hardware is stood for', async () => {
    const site = 'block/fops.c:blkdev_bio_end_io_simple:wake_up';
    const run = `run madv-free-dio --kernel v5.18 --weaken ${site}`;
    const { code, err } = await pagerace(run);
    expect(code).toBe(ExitCode.usage);
    expect(err.replaceAll(/\s+/g, ' ')).toContain(`${site} is no barrier; it stands for the DMA`);
  });

  it('and that this kernel lacks is told with a kernel that has it', async () => {
    const { code, err } = await pagerace(`run madv-free-dio --kernel v5.17-rc2 --weaken ${fence}`);
    expect(code).toBe(ExitCode.usage);
    expect(err.replaceAll(/\s+/g, ' ')).toBe(
      `pagerace: --weaken ${fence}=dropped: this kernel has no barrier ${fence}; --kernel v5.18 has it `,
    );
  });

  it.each([
    [`${mb}=weak`, "'weak' is none of dropped"],
    [`${mb}=acquire`, 'is a fence, and can be dropped, smp_rmb or smp_wmb, not acquire'],
    [`=dropped`, 'takes SITE or SITE=WHAT'],
    [mb.replace('pass', 'pas'), `did you mean ${mb}?`],
    [`${mb} --weaken ${mb}`, 'twice'],
    [`${rmb}=smp_wmb`, 'smp_wmb is not weaker than smp_rmb'],
    [`${mb}=smp_mb`, 'smp_mb is not weaker than smp_mb'],
  ])('must exist, and so must what replaces it: %s', async (weaken, message) => {
    const { code, err } = await pagerace(`run turnstile --kernel plain --weaken ${weaken}`);
    expect(code).toBe(ExitCode.usage);
    expect(err.replaceAll(/\s+/g, ' ')).toContain(message);
  });
});
