import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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

/** Threads that write and read one location: the more, the longer it takes. */
function racing(name: string, threads: number): string {
  const code = Array.from(
    { length: threads },
    (_, i) => `P${String(i)}(int *x) {
  WRITE_ONCE(*x, ${String(i + 1)}); r0 = READ_ONCE(*x); r1 = READ_ONCE(*x); r2 = READ_ONCE(*x); r3 = READ_ONCE(*x);
}`,
  );
  return `C ${name}\n{}\n${code.join('\n')}\nlocations [0:r0; 1:r1]\nexists (x=1)\n`;
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

  it('explains verdicts, as text and as graphs', async () => {
    const path = file('eight/MP.litmus', messagePassing('MP', 'smp_wmb();', 'Never'));
    const dot = join(folder, 'graphs');
    const { code, out } = await start(['litmus', '--show', '--dot', dot, path]).ended;
    expect(code).toBe(0);
    expect(out).toContain('Axiom happens-before forbids it:\n');
    expect(readFileSync(join(dot, 'MP.dot'), 'utf8')).toMatch(/^digraph "MP" \{/);
  });

  it('writes a graph for each of several tests that are called the same', async () => {
    const before = file('nine/before/MP.litmus', messagePassing('before', '', 'Sometimes'));
    const after = file('nine/after/MP.litmus', messagePassing('after', 'smp_wmb();', 'Never'));
    const dot = join(folder, 'nine');
    expect((await start(['litmus', '--dot', dot, before, after]).ended).code).toBe(0);
    expect(readFileSync(join(dot, 'before-MP.dot'), 'utf8')).toMatch(/^digraph "before" /);
    expect(readFileSync(join(dot, 'after-MP.dot'), 'utf8')).toMatch(/^digraph "after" /);
  });

  it('tells long tests in the order of the files, whichever worker is done first', async () => {
    file('five/a.litmus', racing('a', 3));
    file('five/b.litmus', messagePassing('b', 'smp_wmb();', 'Never'));
    file('five/c.litmus', racing('c', 3));
    file('five/d.litmus', 'C d\n{}\nP0(int *x) { smp_what(); }\nexists (x=1)\n');
    const { code, out } = await start(['litmus', join(folder, 'five')]).ended;
    expect(code).toBe(4);
    expect([...out.matchAll(/^Test (\w)/gm)].map(([, name]) => name)).toEqual(['a', 'b', 'c']);
    expect(out).toMatch(/^4 tests: 1 as expected, 2 without an expected result, 1 unsupported$/m);
    expect(out).toMatch(/^ {2}unsupported: the function smp_what\(\): .*d\.litmus$/m);
  });

  it('Ctrl-C ends it with what was learned', async () => {
    file('six/a.litmus', messagePassing('a', 'smp_wmb();', 'Never'));
    file('six/b.litmus', messagePassing('b', 'smp_wmb();', 'Never'));
    file('six/c.litmus', racing('c', 6));
    const { child, ended } = start(['litmus', join(folder, 'six')]);
    // The command prints the second verdict at once, and the third never.
    let told = '';
    await new Promise<void>((resolve) => {
      child.stdout!.on('data', (chunk: string) => {
        told += chunk;
        if (told.includes('Observation b')) resolve();
      });
    });
    child.kill('SIGINT');
    const { code, out } = await ended;
    expect(code).toBe(4);
    expect(out).toMatch(/^Observation a Never/m);
    expect(out).toMatch(/^Observation b Never/m);
    expect(out).toMatch(/^3 tests: 2 as expected, 1 not judged$/m);
  });

  it('gives up a test that takes too long, not the others', async () => {
    file('seven/a.litmus', racing('a', 6));
    file('seven/b.litmus', messagePassing('b', 'smp_wmb();', 'Never'));
    const args = ['litmus', '--json', '--timeout', '2', join(folder, 'seven')];
    const { code, out } = await start(args).ended;
    expect(code).toBe(4);
    expect(JSON.parse(out)).toMatchObject({
      format: 'pagerace.litmus',
      agreeing: 1,
      timedOut: 1,
      notJudged: 0,
    });
  });

  it('gives up a test while a memory model is asked about it', async () => {
    const writes = Array.from({ length: 2500 }, (_, i) => `WRITE_ONCE(*x, ${String(i + 1)});`);
    file('ten/a.litmus', `C a\n{}\nP0(int *x) {\n${writes.join('\n')}\n}\nexists (x=1)\n`);
    file('ten/b.litmus', messagePassing('b', 'smp_wmb();', 'Never'));
    const { code, out, err } = await start(['litmus', '--timeout', '2', join(folder, 'ten')]).ended;
    expect(code).toBe(4);
    expect(err).toContain('a.litmus: not decided within 2 s\n');
    expect(out).toMatch(/^Observation b Never/m);
  });

  it('loads no kernel, no architecture and no explorer', async () => {
    const path = file('eleven/MP.litmus', messagePassing('MP', 'smp_wmb();', 'Never'));
    const coverage = join(folder, 'coverage');
    await start(['litmus', path], { NODE_V8_COVERAGE: coverage }).ended;
    const [name] = readdirSync(coverage);
    const { result } = JSON.parse(readFileSync(join(coverage, name!), 'utf8')) as {
      result: readonly { url: string }[];
    };
    const packages = result.flatMap(({ url }) => /\/packages\/([^/]+)\//.exec(url)?.[1] ?? []);
    expect([...new Set(packages)].sort()).toEqual(['litmus', 'memory-models']);
  });

  it('ends with 4 where the verdict is of no execution', async () => {
    const endless =
      'C endless\n{}\nP0(int *x) { while (1) { WRITE_ONCE(*x, 1); } }\nexists (x=2)\n';
    const { code, out } = await start(['litmus', file('eight/endless.litmus', endless)]).ended;
    expect(code).toBe(4);
    expect(out).toContain('the verdict says nothing');
  });

  it('ends with 2 for a folder that cannot be one', async () => {
    const path = file('nine/MP.litmus', messagePassing('MP', 'smp_wmb();', 'Never'));
    const { code, err } = await start(['litmus', '--dot', path, path]).ended;
    expect({ code, err: err.replaceAll(/\s+/g, ' ') }).toEqual({
      code: 2,
      err: `pagerace: the folder ${path} cannot be made: it is a file `,
    });
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
