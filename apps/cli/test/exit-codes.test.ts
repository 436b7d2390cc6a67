import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { called, inOwnProcess, pagerace } from './support/pagerace.js';

/** No error ends in a stack trace. */
const trace = /^ +at /m;

describe('0: explored completely, and as it should be', () => {
  it.each([
    'run store-buffering --kernel plain+fence-added',
    'run store-buffering --kernel plain --model sc',
    'compare store-buffering',
    'compare store-buffering --kernels plain --arch x86,x86-ipi',
    'estimate store-buffering --kernel plain',
    'list',
    '--version',
    '--help',
    'help run',
    'conformance cow --kernels v6.15 --rows 3 --layouts base -q',
  ])('%s', async (words) => {
    const { code, out, err } = await pagerace(words);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).not.toBe('');
  });
});

describe('1: a violation, or not as expected', () => {
  it.each([
    ['run store-buffering --kernel plain', 'violated: assertion (1 of 4)'],
    ['run store-buffering --kernel plain --strategy first', 'stopped at the first'],
    ['run deadlock', 'deadlock: first waits for b, second waits for a.'],
    ['compare wrong-expectation', 'Not as expected.'],
    ['compare deadlock', 'deadlock (1 of'],
    ['run throwing', 'thread 1 threw TypeError: boom'],
    ['compare throwing', 'thread 1 threw TypeError: boom'],
    ['compare throwing-expected', 'Not as expected.'],
    ['conformance cow --kernels v5.7 --rows 3 --layouts base -q', '1 fail'],
  ] as const)('%s', async (words, says) => {
    const { code, out, err } = await pagerace(words);
    expect({ code, err }).toEqual({ code: 1, err: '' });
    expect(out).toContain(says);
  });
});

describe('2: the command line is wrong', () => {
  it.each([
    ['conformance cow --rows 99', 'there is no test 99'],
    ['conformance cow --arch all', 'it takes one architecture, not all'],
    ['run stor-buffering', 'there is no scenario stor-buffering; did you mean store-buffering?'],
    ['run store-buffering --kernel plane', 'there is no kernel plane; did you mean plain?'],
    [
      'run store-buffering --kernel plain+fence-aded',
      'there is no patch fence-aded; did you mean fence-added?',
    ],
    ['run store-buffering --arch x68', 'there is no architecture x68; did you mean x86?'],
    [
      'run store-buffering --arch i386',
      'there is no architecture i386; did you mean x86-32 or x86-32-pae?',
    ],
    ['run store-buffering --arch ppc64le', 'did you mean powerpc-radix or powerpc-hash?'],
    ['run store-buffering --timeout 1e999', 'It must be a number of seconds above 0'],
    ['run store-buffering --model tos', 'there is no memory model tos; did you mean'],
    [
      'run store-buffering --kernel plain+fence-added+other-change',
      'fence-added and other-change both change',
    ],
    ['run store-buffering --kernel plain+later', 'does not fit plain, which lacks never-written'],
    [
      'run store-buffering --kernel plain+',
      'the id of a patch is missing; `pagerace list patches` shows those that are',
    ],
    ['rnu store-buffering', 'Did you mean run?'],
    ['run', "missing required argument 'scenario'; `pagerace run --help` shows what there is"],
    ['run deadlock 2', 'got 2; `pagerace run --help` shows'],
    ['show deadlock --kernel plain', "'--kernel'; `pagerace show --help` shows"],
    ['frobnicate', '`pagerace --help` lists the commands'],
    ['run swap-exclusive', 'begin so, such as swap-exclusive-'],
    ['run deadlock --kernel plain --kernel v5.18', "'v5.18' is invalid. It is given twice"],
    ['compare deadlock --strategy first --strategy random', 'It is given twice'],
    ['run deadlock --kernel v5.18+anon-exclusive', 'lacks try-dup-anon-rmap: add that, too'],
    ['bisect deadlock --good plain --bad plain', 'are the same kernel, plain'],
    [
      'run store-buffering --strategy deep',
      'Allowed choices are exhaustive, first, bounded, random',
    ],
    ['run store-buffering --bound 2 --strategy first', '--bound goes with --strategy bounded'],
    ['run store-buffering --bound 3 --strategy random', '--bound goes with --strategy bounded'],
    ['run store-buffering --depth 3 --strategy first', '--depth goes with --strategy random'],
    ['compare store-buffering --samples 3 --bound 2', '--samples goes with --strategy random'],
    ['run store-buffering --max-executions none', 'It must be a whole number from 1 up'],
    ['run store-buffering --timeout -1', 'It must be a number of seconds above 0'],
    ['run store-buffering --max-executions 99999999999999999999', 'from 1 to 9007199254740991'],
    ['run store-buffering --arch x86,arm64', 'one architecture, not x86,arm64; compare takes'],
    ['run store-buffering --arch all', 'one architecture, not all; compare takes several'],
    ['compare store-buffering --arch x86,lkmm --model tso', '--model tso contradicts it'],
    ['barriers store-buffering --arch ,', 'It must name at least one'],
    ['compare store-buffering --kernels ,', 'It must name at least one'],
    ['run bytes --set device=1 --set device=2', '--set names device twice'],
    ['run store-buffering --set __proto__=1', 'there is no parameter __proto__'],
    ['run store-buffering --kernel plain --set speed=1', 'there is no parameter speed'],
    ['run bytes --set device', '--set takes name=value'],
    [
      'run bytes --set device=@/nowhere/disk',
      '/nowhere/disk cannot be read: there is no such file',
    ],
    ['run bytes --set device=@/', '/ cannot be read: it is a directory'],
    ['compare store-buffering --a plain', '--b must name another'],
    ['compare store-buffering --strategy bounded --arch arm64 --jobs 2', 'not armv8'],
    ['replay store-buffering zz --kernel plain', 'is not an execution id'],
    ['help comparr', "unknown command 'comparr' (Did you mean compare?)"],
    ['list colours', "pagerace: value 'colours' is invalid"],
    ['list --plugin /nowhere/plug-in.mjs', 'the plug-in /nowhere/plug-in.mjs cannot be loaded'],
    ['list --plugin no-such-package', 'there is no such file, and no such package'],
    ['list --plugin commander', 'exports no plug-in as its default'],
  ])('%s', async (words, says) => {
    const { code, out, err } = await pagerace(words);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(/^pagerace: /);
    expect(err.replaceAll(/\n */g, ' ')).toContain(says);
    for (const line of err.split('\n')) expect(line.length).toBeLessThanOrEqual(100);
    expect(err).not.toMatch(trace);
  });

  it('no command at all prints the help', async () => {
    const { code, err } = await called([]);
    expect(code).toBe(2);
    expect(err).toContain('Usage: pagerace');
  });
});

describe('3: an internal error, or one of a model', () => {
  it.each([
    ['run throwing-setup', 'TypeError: no set-up'],
    ['run nondeterministic', 'is not deterministic'],
    [
      'run built-differently',
      'the scenario built-differently is built differently each time: the cell x with 0 before, the cell x with 1 now',
    ],
    ['compare throwing-setup', 'model error: the set-up threw'],
    ['compare nondeterministic --kernels plain', '! model error, '],
    ['run no-threads', 'returned no threads'],
  ])('%s', async (words, says) => {
    const { code, out, err } = await pagerace(words);
    expect({ code, err }).toEqual({ code: 3, err: '' });
    expect(out.replace(/\s+/g, ' ')).toContain(says);
    expect(out).toContain('model error');
    expect(out).not.toContain('% explored of');
    expect(out).not.toMatch(trace);
  });

  it.each(['changes-its-mind', 'changes-its-mind-slowly'])(
    'a scenario whose threads are others when it is built again: %s',
    async (id) => {
      const { code, err } = await inOwnProcess(`run ${id} --quiet`);
      expect(code).toBe(3);
      expect(err.replaceAll(/\n */g, ' ')).toContain(
        `model error: the scenario ${id} answers differently when it is built again`,
      );
    },
  );

  const folder = mkdtempSync(join(tmpdir(), 'plug-in-'));
  const broken = join(folder, 'broken.mjs');
  afterAll(() => rmSync(folder, { recursive: true }));

  it('a plug-in that throws where nobody expects it, without and with its stack trace', async () => {
    writeFileSync(
      broken,
      "export default { id: 'broken', get kernels() { throw new RangeError('odd'); } };",
    );
    const { code, out, err } = await inOwnProcess(`list --plugin ${broken}`);
    expect({ code, out }).toEqual({ code: 3, out: '' });
    expect(err).toBe('pagerace: internal error: RangeError: odd (--debug shows where)\n');
    expect((await inOwnProcess(`list --debug --plugin ${broken}`)).err).toMatch(trace);
  });

  it.each([
    ['\nthrow new RangeError("odd");', `threw while it was loaded: RangeError: odd (${broken}:2`],
    [
      'export default {\n  id: 1,,\n};',
      `threw while it was loaded: SyntaxError: Unexpected token ',' (${broken}:2)`,
    ],
    ['process.exit(0);', 'calls process.exit() while it is loaded'],
    ['await new Promise(() => {});', 'waits for what never comes'],
    ["import 'no-such-package';", 'threw while it was loaded: Error: Cannot find package'],
    [
      "export default { id: 'broken', scenarios: [{}] };",
      'scenarios[0].id must be a text, and is undefined; defineScenario() makes it right',
    ],
    [
      "export default { id: 'broken', patches: [{ title: 'no id' }] };",
      'patches[0].id must be a text, and is undefined; definePatch() makes it right',
    ],
  ])('a plug-in that is %s', async (source, says) => {
    writeFileSync(broken, source);
    const { code, out, err } = await inOwnProcess(`list --plugin ${broken}`);
    expect({ code, out }).toEqual({ code: 3, out: '' });
    expect(err.replaceAll(/\n */g, ' ')).toContain(says);
    expect(err).toContain(broken);
    expect(err).not.toMatch(trace);
  });
});

describe('4: inconclusive', () => {
  it.each([
    [
      'run endless --max-executions 100',
      'bounded: nothing was found in 100 executions (stopped by: execution limit',
    ],
    ['run endless --timeout 0.3', 'stopped by: time limit'],
    ['run vacuous', 'vacuous: all 2 executions were explored, and it never happened that: two'],
    ['compare vacuous --kernels plain', 'where a property never applied nothing is known of it'],
    [
      'compare endless --kernels plain --max-executions 100',
      'Incomplete: not everything was explored.',
    ],
  ])('%s', async (words, says) => {
    const { code, out, err } = await pagerace(words);
    expect({ code, err }).toEqual({ code: 4, err: '' });
    expect(out.replace(/\s+/g, ' ')).toContain(says);
    expect(out).not.toContain('verified');
  });
});
