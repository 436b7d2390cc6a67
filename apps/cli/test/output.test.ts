import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MachineProperty } from '@pagerace/machine';
import { describe, expect, it } from 'vitest';
import { called, examples, pagerace, start } from './support/pagerace.js';

const escape = '\u001b[';

describe('results', () => {
  it('of a run are its timeline, then the verdict in the last line', async () => {
    const { out } = await pagerace('run store-buffering --kernel plain');
    const lines = out.trimEnd().split('\n');
    expect(lines[0]).toBe('store-buffering on plain, x86 (tso)');
    expect(out).toContain("misses CPU 0's write of 1 (still in");
    expect(out).toContain('It needs weak memory');
    // How long it took decides where the line is broken.
    expect(out.trimEnd().replaceAll('\n  ', ' ')).toMatch(
      /^\u2717 violated: assertion \(1 of 4\); every execution was explored; needs weak memory \(.*\); as expected$(?![^])/m,
    );
    for (const line of lines.filter((one) => !one.includes(examples)))
      expect(line.length).toBeLessThanOrEqual(100);
  });

  it('of a comparison are a timeline, then the table', async () => {
    const { out } = await pagerace('compare store-buffering');
    expect(out).toMatch(/^ +plain +\+ fence-added$/m);
    expect(out).toMatch(
      /^x86 +\u2717 assertion \(1 of 4\), needs weak memory,.* +\u2713 verified, 3 executions, \S+ m?s$/m,
    );
    expect(out.indexOf('execution ')).toBeLessThan(out.indexOf('\u2713'));
    expect(out.match(/^execution /gm)).toHaveLength(1);
  });

  it('of a comparison say where else it goes wrong, if not there', async () => {
    const { code, out } = await pagerace('compare gup-fast-collapse --arch x86_64');
    expect(code).toBe(0);
    expect(out).toMatch(/^x86 +\u2713 verified/m);
    expect(out).toMatch(/^Goes wrong on arm64, .*s390.*: --arch all$/m);
  });

  it('are of the architecture on which the scenario goes wrong', async () => {
    const { out } = await pagerace('compare gup-fast-collapse');
    expect(out).toMatch(/^arm64 +\u2717 I1-NoStalePin/m);
    expect(out).not.toContain('Goes wrong on');
    expect((await pagerace('list scenarios')).out).toMatch(/by default on\s+arm64/);
  });

  it('name the code that is newer than the kernel, once', async () => {
    const command = 'compare gup-fast-munmap --kernels v4.12,v6.1 --arch x86,arm64';
    const note = /^Modelled of v4\.12 as of a later release: /gm;
    expect((await pagerace(command)).out.match(note)).toHaveLength(1);
    const { runs } = JSON.parse((await pagerace(`${command} --json`)).out) as {
      runs: readonly { kernel: string; newerCode?: string }[];
    };
    for (const { kernel, newerCode } of runs)
      expect(newerCode === undefined, kernel).toBe(kernel !== 'v4.12');
  });

  it('are not coloured in a pipe, unless FORCE_COLOR demands it, and NO_COLOR and --no-color win', async () => {
    const command = 'run store-buffering --kernel plain';
    expect((await pagerace(command)).out).not.toContain(escape);
    expect((await pagerace(command, { FORCE_COLOR: '1' })).out).toContain(
      `${escape}31m\u2717 violated`,
    );
    expect((await pagerace(command, { FORCE_COLOR: '1', NO_COLOR: '1' })).out).not.toContain(
      escape,
    );
    expect((await pagerace(`${command} --no-color`, { FORCE_COLOR: '1' })).out).not.toContain(
      escape,
    );
  });

  it('leave progress to stderr', async () => {
    const { out, err } = await pagerace('run endless --kernel plain --timeout 1.5 --json');
    expect(JSON.parse(out)).toMatchObject({ format: 'pagerace.run', incomplete: 'time limit' });
    const events = err
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    // One each second; the time limit is looked at between two steps, which may be far apart.
    expect(events[0]).toMatchObject({ event: 'started' });
    expect(events[1]).toMatchObject({ event: 'progress' });
    expect(events.at(-1)).toMatchObject({ event: 'ended' });
    expect(events[1]).toMatchObject({ scenario: 'endless', kernel: 'plain' });
    expect(events[1]!.rate).toBeGreaterThan(0);
    const { low, high } = events[1]!.estimate as { low: number; high: number };
    expect(low).toBeLessThanOrEqual(high);
  });

  it('come alone with --quiet', async () => {
    const { err } = await pagerace('run endless --timeout 1.5 --json --quiet');
    expect(err).toBe('');
  });
});

it.each([['list'], ['help'], ['run', '--help']])(
  'nobody has to read $0 to the end',
  async (...words) => {
    const { child, ended } = start(words);
    child.stdout?.destroy();
    expect(await ended).toEqual({ code: 0, out: '', err: '' });
  },
);

describe('JSON', () => {
  it('of a comparison has every run, and whether all is as expected', async () => {
    const { code, out } = await pagerace('compare store-buffering --json -q');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      format: 'pagerace.compare',
      version: 1,
      complete: true,
      asExpected: true,
      runs: [
        { kernel: 'plain', verdict: 'violated', asExpected: true },
        { kernel: 'plain+fence-added', verdict: 'verified', asExpected: true },
      ],
    });
  });

  it('of a list has what was listed', async () => {
    const { out } = await pagerace('list patches --json');
    const { format, patches } = JSON.parse(out) as { format: string; patches: { id: string }[] };
    expect(format).toBe('pagerace.catalogue');
    expect(patches.map(({ id }) => id)).toContain('fence-added');
  });

  it('of a list of architectures says what is special to each', async () => {
    const { out } = await pagerace('list architectures');
    const words = out.replace(/\s+/g, ' ');
    expect(words).toContain('powerpc-hash powerpc with the hash MMU');
    expect(words).toContain(
      'a cleared pte before a later load: the locked xchg of ptep_get_and_clear()',
    );
    expect(words).toContain('TLB flush: broadcast, deferred in reclaim; THP; GUP-fast');
    expect(words).toContain('TLB flush: firmware; THP; GUP-fast since v6.9');
    const { architectures } = JSON.parse((await pagerace('list architectures --json')).out) as {
      architectures: { id: string; tlbFlush: unknown; provides?: unknown }[];
    };
    const arm64 = architectures.find(({ id }) => id === 'arm64-deferred');
    expect(arm64?.tlbFlush).toEqual({ by: 'broadcast', deferred: true });
    expect(arm64?.provides).toBeUndefined();
  });

  it('of a list of properties says what each demands', async () => {
    const { out } = await pagerace('list properties');
    expect(out).toMatch(
      /^I-LAZY +what was stored to a page before it became lazyfree is read later/m,
    );
    expect(out.match(/^I-DIO /gm)).toHaveLength(1);
  });

  it('of a list of properties has every one that a verdict can name', async () => {
    const { out } = await pagerace('list properties --json');
    const { properties } = JSON.parse(out) as { properties: { id: string }[] };
    const known = properties.map(({ id }) => id);
    expect(known).toEqual(expect.arrayContaining(['deadlock', ...Object.values(MachineProperty)]));
    const packages = fileURLToPath(new URL('../../../packages', import.meta.url));
    const thrown = readdirSync(packages).flatMap((name) =>
      readdirSync(join(packages, name, 'src'), { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.ts') && !file.startsWith('testing'))
        .map((file) => readFileSync(join(packages, name, 'src', file), 'utf8'))
        .flatMap((text) => [...text.matchAll(/new Violation\(\s*'([^']+)'/g)])
        .map(([, id]) => id),
    );
    expect(thrown).toContain('bad-page');
    expect(known).toEqual(expect.arrayContaining(thrown));
  });

  it('of a list of patches marks what was not merged', async () => {
    const { out } = await pagerace('list patches');
    const said = new Map(
      out
        .replaceAll(/\n {3,}/g, ' ')
        .split('\n')
        .map((line) => [line.split(' ')[0], line]),
    );
    for (const id of ['madv-free-refcount-check-v1', 'gup-fast-touch', 'dirty-before-submit'])
      expect(said.get(id)).toContain('; not merged');
    expect(said.get('droppable')).toMatch(/; commit 9651fcedf7b9; since v6.11$/);
  });

  it('of an error is an event', async () => {
    const { err } = await pagerace('run nothing-like-it --json');
    expect(JSON.parse(err)).toMatchObject({ event: 'error', exitCode: 2 });
  });

  it('of an estimate has its interval', async () => {
    const { out } = await pagerace('estimate endless --samples 50 --timeout 600 --json');
    const { estimate } = JSON.parse(out) as {
      estimate: { low: number; mean: number; high: number };
    };
    expect(estimate.low).toBeLessThanOrEqual(estimate.mean);
    expect(estimate.mean).toBeLessThanOrEqual(estimate.high);
  });

  it('of an estimate has none where the samples are too few', async () => {
    const few = 'estimate endless --samples 1 --timeout 0.5';
    const { out } = await pagerace(`${few} --json`);
    expect(JSON.parse(out)).toMatchObject({ estimate: { samples: 1, high: null } });
    expect((await pagerace(few)).out).toMatch(/by 1 random descent: too few for\s+an\s+interval/);
  });
});

describe('the commands', () => {
  it.each(['run', 'compare', 'replay', 'estimate', 'reproduce'])(
    '%s explains itself by example, and its exit codes',
    async (name) => {
      const { code, out } = await pagerace(`${name} --help`);
      expect(code).toBe(0);
      expect(out).toContain(`  pagerace ${name} madv-free-dio`);
      expect(out).toContain('4  inconclusive');
      expect(out).not.toContain('default: [');
    },
  );

  it('give a parameter the bytes of a file', async () => {
    const { code, out } = await pagerace(`run bytes --set device=@${examples}`);
    expect(code).toBe(1);
    expect(out).toMatch(/the device holds \d{4} bytes/);
  });

  it('show how to see what a proposal is for, where it is needed', async () => {
    const { out } = await called(['show', 'gup-fast-fork-pin']);
    expect(out.replaceAll(/\s*\\?\n */g, ' ')).toContain(
      'compare gup-fast-fork-pin --kernels v6.15,v6.15+fork-write-protect-full-barrier --arch arm64',
    );
  });

  it('show every violation if asked to, each once', async () => {
    const { out } = await pagerace('run deadlock --all-violations');
    expect(out.match(/^execution /gm)).toHaveLength(1);
  });
});
