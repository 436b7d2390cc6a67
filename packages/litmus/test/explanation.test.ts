import { describe, expect, it } from 'vitest';

import {
  explain,
  explanationDot,
  explanationObject,
  explanationText,
  modelNamed,
  parseLitmus,
  timeline,
} from '../src/index.js';

/** What explains a C test of these threads under a model. */
function explained(model: string, condition: string, ...threads: readonly string[]) {
  const code = threads.map((body, i) => `P${String(i)}(int *x, int *y) { ${body} }`);
  const test = parseLitmus(`C shape\n{}\n${code.join('\n')}\n${condition}`);
  return explain(test, modelNamed(model));
}

const passing = (fence: string, model = 'lkmm') =>
  explained(
    model,
    'exists (1:r0=1 /\\ 1:r1=0)',
    `WRITE_ONCE(*x, 1); ${fence} WRITE_ONCE(*y, 1);`,
    'r0 = READ_ONCE(*y); smp_rmb(); r1 = READ_ONCE(*x);',
  );

describe('a verdict is explained', () => {
  it('by a witness, and why it is no interleaving', () => {
    expect(explanationText(passing('')).split('\n')).toEqual([
      'An execution with 1:r0=1 /\\ 1:r1=0:',
      '',
      '  initially x = 0, y = 0',
      '  P0                P1',
      '  a: W[once] x = 1',
      '  b: W[once] y = 1',
      '                    c: R[once] y = 1',
      '                    d: F[rmb]',
      '                    e: R[once] x = 0  does not see a yet',
      '',
      'It is no interleaving:',
      '  a: W[once] x = 1  --po->  b: W[once] y = 1',
      '  b: W[once] y = 1  --rfe->  c: R[once] y = 1',
      '  c: R[once] y = 1  --po->  e: R[once] x = 0',
      '  e: R[once] x = 0  --fre->  a: W[once] x = 1',
      '',
    ]);
  });

  it('by a witness that is one', () => {
    const read = explained('lkmm', 'exists (1:r0=1)', 'WRITE_ONCE(*x, 1);', 'r0 = READ_ONCE(*x);');
    expect(explanationObject(read)).toMatchObject({
      kind: 'witness',
      timeline: [
        { name: 'a', thread: 0, text: 'W[once] x = 1', remarks: [] },
        { name: 'b', thread: 1, text: 'R[once] x = 1', remarks: [] },
      ],
      readsFrom: { b: 'a' },
    });
    expect(explanationText(read)).toContain('It is an interleaving');
  });

  it('by the cycle that forbids what comes closest', () => {
    const forbidden = explanationObject(passing('smp_wmb();'));
    expect(forbidden).toMatchObject({ kind: 'forbidden', axiom: 'happens-before' });
    const { cycle } = forbidden;
    expect(cycle!.map(({ name }) => name).sort()).toEqual(['fre', 'rfe', 'rmb', 'wmb']);
    cycle!.forEach(({ to }, i) => {
      expect(to).toBe(cycle![(i + 1) % cycle!.length]!.from);
    });
    expect(explanationObject(passing('', 'tso'))).toMatchObject({
      kind: 'forbidden',
      axiom: 'tso',
    });
  });

  it('by a cycle rather than by the rules of locks', () => {
    const section = (code: string): string => `spin_lock(y); ${code} spin_unlock(y);`;
    const locked = explained(
      'lkmm',
      'exists (0:r0=1 /\\ 1:r0=1)',
      section('r0 = READ_ONCE(*x); WRITE_ONCE(x[1], 1);'),
      section('r0 = READ_ONCE(x[1]); WRITE_ONCE(*x, 1);'),
    );
    expect(explanationObject(locked)).toMatchObject({ kind: 'forbidden', axiom: 'happens-before' });
  });

  it('by coherence, where nothing coherent comes close', () => {
    const code = 'WRITE_ONCE(*x, 1); WRITE_ONCE(*x, 2);';
    expect(explanationObject(explained('lkmm', 'exists (x=1)', code))).toMatchObject({
      kind: 'forbidden',
      axiom: 'coherence',
    });
  });

  it('by coherence, where a thread would read what it has overwritten', () => {
    const code = 'WRITE_ONCE(*x, 1); r0 = READ_ONCE(*x);';
    const overwritten = explanationObject(explained('lkmm', 'exists (0:r0=0)', code));
    expect(overwritten).toMatchObject({ kind: 'forbidden', axiom: 'coherence' });
  });

  it('by nothing, where the values do not come out', () => {
    const never = explained('lkmm', 'exists (x=3)', 'WRITE_ONCE(*x, 1);');
    expect(never.kind).toBe('unreachable');
    expect(explanationText(never)).toMatch(/^Nothing reaches \[x\]=3:/);
    expect(explanationDot('none', never)).toContain('nothing reaches [x]=3');
  });

  it('by what contradicts it, if it speaks of every execution', () => {
    const code = ['WRITE_ONCE(*x, 1);', 'r0 = READ_ONCE(*x);'];
    expect(explanationObject(explained('lkmm', 'forall (1:r0=1)', ...code))).toMatchObject({
      kind: 'witness',
      proposition: 'not (1:r0=1)',
    });
  });
});

describe('a timeline', () => {
  it('says what is read too early', () => {
    const buffering = explained(
      'lkmm',
      'exists (0:r0=1 /\\ 1:r0=1)',
      'r0 = READ_ONCE(*x); WRITE_ONCE(*y, 1);',
      'r0 = READ_ONCE(*y); WRITE_ONCE(*x, 1);',
    );
    if (buffering.kind !== 'witness') throw new Error('load buffering is allowed');
    expect(timeline(buffering.candidate).map(({ remarks }) => remarks)).toEqual([
      ['reads from d, below'],
      [],
      [],
      [],
    ]);
  });
});

describe('a graph', () => {
  it('has the events by thread, and the steps of the cycle in bold', () => {
    const dot = explanationDot('MP', passing('smp_wmb();'));
    expect(dot).toMatch(/^digraph "MP" \{/);
    expect(dot).toContain('subgraph cluster1 {');
    expect(dot).toMatch(/label="rf", color=red, fontcolor=red, penwidth=3/);
    expect(dot).toMatch(/label="wmb", .*penwidth=3/);
    expect(dot.match(/\{/g)).toHaveLength(dot.match(/\}/g)!.length);
  });
});
