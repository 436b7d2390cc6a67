import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import {
  judge,
  litmusFiles,
  modelNamed,
  noExecutionFlag,
  parseLitmus,
  reportText,
  runLitmus,
} from '../src/index.js';

const buffering = (name: string, fence: string, result?: string): string => `C ${name}
${result === undefined ? '' : `(* Result: ${result} *)`}
{}
P0(int *x, int *y) { WRITE_ONCE(*x, 1); ${fence} r0 = READ_ONCE(*y); }
P1(int *x, int *y) { WRITE_ONCE(*y, 1); ${fence} r0 = READ_ONCE(*x); }
exists (0:r0=0 /\\ 1:r0=0)
`;

describe('reportText', () => {
  it('prints what herd7 prints', () => {
    const test = parseLitmus(buffering('SB', ''));
    expect(reportText(test, judge(test, modelNamed('lkmm')), { milliseconds: 20 }))
      .toBe(`Test SB Allowed
States 4
0:r0=0; 1:r0=0;
0:r0=0; 1:r0=1;
0:r0=1; 1:r0=0;
0:r0=1; 1:r0=1;
Ok
Witnesses
Positive: 1 Negative: 3
Condition exists (0:r0=0 /\\ 1:r0=0)
Observation SB Sometimes 1 3
Time SB 0.02
`);
  });
});

it('counts Positive by the whole condition, and Observation by the proposition', () => {
  const test = parseLitmus(buffering('SB', '').replace('exists', '~exists'));
  const text = reportText(test, judge(test, modelNamed('lkmm')));
  expect(text).toContain('\nNo\nWitnesses\nPositive: 3 Negative: 1\nCondition ~exists ');
  expect(text).toContain('\nObservation SB Sometimes 1 3\n');
});

describe('judge', () => {
  it('finds nothing, either way, where every execution deadlocks', () => {
    const test = parseLitmus(
      'C deadlock\n{}\nP0(spinlock_t *l) { spin_lock(l); spin_lock(l); }\nexists (l=1)',
    );
    for (const verdictOnly of [true, false]) {
      const verdict = judge(test, modelNamed('lkmm'), { verdictOnly });
      expect(verdict).toMatchObject({ observation: 'Never', positive: 0, negative: 0 });
      expect(verdict.flags).toEqual([noExecutionFlag]);
    }
  });
});

describe('runLitmus', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'litmus-'));
    mkdirSync(join(folder, 'more'));
    const files = {
      'a.litmus': buffering('a', '', 'Sometimes'),
      'b.litmus': buffering('b', 'smp_mb();', 'Sometimes'),
      'c.litmus': buffering('c', 'smp_what();'),
      'more/d.litmus': buffering('d', 'smp_mb()'),
      'more/e.litmus': buffering('e', 'smp_mb();'),
      'notes.txt': 'not a test',
    };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it('goes through a directory, past files that it cannot use', () => {
    let out = '';
    let err = '';
    const io = { out: (text: string) => (out += text), err: (text: string) => (err += text) };
    const summary = runLitmus([folder], { verdictOnly: true }, io);
    expect(summary).toMatchObject({
      agreeing: 1, disagreeing: 1, unlabelled: 1, unsupported: 1, malformed: 1, timedOut: 0, failed: 0, notJudged: 0,
    }); // prettier-ignore
    expect(out).toContain('Warning b Never instead of Sometimes\n');
    expect(out).toMatch(
      /5 tests: 1 as expected, 1 not as expected, 1 without an expected result, 1 unsupported, 1 malformed\n {2}not as expected: .*b\.litmus: Never instead of Sometimes\n/,
    );
    expect(err).toContain(
      `${join(folder, 'c.litmus')}:4:41: unsupported: the function smp_what()\n`,
    );
    expect(err).toContain(`expected ';', found 'r0'`);
  });

  it('comes to a directory once, however many symbolic links lead there', () => {
    const before = litmusFiles([folder]);
    symlinkSync(join(folder, 'more'), join(folder, 'again'));
    symlinkSync('..', join(folder, 'more', 'itself'));
    symlinkSync('nowhere', join(folder, 'dangling'));
    expect(litmusFiles([folder])).toEqual(before);
    expect(before.map((file) => file.slice(folder.length + 1))).toEqual([
      'a.litmus', 'b.litmus', 'c.litmus', join('more', 'd.litmus'), join('more', 'e.litmus'),
    ]); // prettier-ignore
    expect(litmusFiles([join(folder, 'again')])).toHaveLength(5);
  });

  it('gives one JSON object, and takes a model for all', () => {
    let out = '';
    const io = { out: (text: string) => (out += text), err: () => undefined };
    runLitmus([join(folder, 'a.litmus')], { json: true, model: 'sc' }, io);
    const { outcomes } = JSON.parse(out) as { outcomes: { report: unknown }[] };
    expect(outcomes[0]!.report).toMatchObject({
      name: 'a',
      model: 'sc',
      observation: 'Never',
      expected: 'Sometimes',
    });
    expect(() => runLitmus([folder], { model: 'alpha' }, io)).toThrow(
      "there is no memory model 'alpha'; known: sc",
    );
  });

  it('refuses to judge a test by a model that does not know its fences', () => {
    const io = { out: () => undefined, err: () => undefined };
    const summary = runLitmus([join(folder, 'a.litmus')], { model: 'armv8' }, io);
    expect(summary).toMatchObject({ unsupported: 1, agreeing: 0, disagreeing: 0, unlabelled: 0 });
    expect(summary.outcomes[0]).toMatchObject({
      reason: expect.stringContaining(
        'C tests under armv8; they can be judged by lkmm, sc, tso',
      ) as string,
    });
  });
});
