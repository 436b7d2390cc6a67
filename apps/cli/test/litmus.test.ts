import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { start } from './support/pagerace.js';

const folder = mkdtempSync(join(tmpdir(), 'pagerace-litmus-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function messagePassing(name: string, barrier: string, result: string): string {
  return `C ${name}
(* Result: ${result} *)
{}
P0(int *x, int *y) { WRITE_ONCE(*x, 1); ${barrier} WRITE_ONCE(*y, 1); }
P1(int *x, int *y) { int r0; int r1; r0 = READ_ONCE(*y); smp_rmb(); r1 = READ_ONCE(*x); }
exists (1:r0=1 /\\ 1:r1=0)
`;
}

function file(path: string, text: string): string {
  const whole = join(folder, path);
  mkdirSync(join(whole, '..'), { recursive: true });
  writeFileSync(whole, text);
  return whole;
}

describe('litmus', () => {
  it('prints the verdict as herd7 does, and ends with 0 where it is the expected one', async () => {
    const path = file('one/MP.litmus', messagePassing('MP', 'smp_wmb();', 'Never'));
    const { code, out, err } = await start(['litmus', path]).ended;
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain('Test MP Allowed\nStates 3\n');
    expect(out).toMatch(/^Observation MP Never 0 3$/m);
  });

  it('judges a directory, and ends with 1 where a verdict is another', async () => {
    file('two/good.litmus', messagePassing('good', 'smp_wmb();', 'Never'));
    file('two/bad.litmus', messagePassing('bad', '', 'Never'));
    const { code, out } = await start(['litmus', '--verdict-only', join(folder, 'two')]).ended;
    expect(code).toBe(1);
    expect(out).toMatch(/^Observation bad Sometimes/m);
    expect(out).toMatch(/^Observation good Never/m);
  });

  it('can ask another model', async () => {
    const path = file('three/MP.litmus', messagePassing('MP', '', 'Never'));
    const { code, out } = await start(['litmus', '--model', 'tso', path]).ended;
    expect(code).toBe(0);
    expect(out).toMatch(/^Observation MP Never/m);
  });

  it('names the place of an error, and goes on with the next file', async () => {
    file('four/a.litmus', 'C a\n{}\nP0(int *x) { WRITE_ONCE(*x 1); }\nexists (x=1)\n');
    file('four/b.litmus', messagePassing('b', 'smp_wmb();', 'Never'));
    const { code, out, err } = await start(['litmus', join(folder, 'four')]).ended;
    expect(code).toBe(2);
    expect(err).toMatch(/a\.litmus:3:\d+/);
    expect(out).toMatch(/^Observation b Never/m);
  });

  it('ends with 2 for what is not there', async () => {
    const none = await start(['litmus', join(folder, 'none')]).ended;
    expect(none.code).toBe(2);
    expect(none.err).toContain('there is no file or directory');
    const model = await start(['litmus', '--model', 'c12', join(folder, 'one')]).ended;
    expect(model.code).toBe(2);
    expect(model.err).toContain("there is no memory model 'c12'");
  });
});
