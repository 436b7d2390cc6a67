import { expect, it } from 'vitest';

import { anyValueFlag, defaultModel, explain, judge, parseLitmus } from '../src/index.js';

/*
 * Values that no chain of reads and writes from the initial ones brings about: a thread writes what it only
 * writes since another has read it and written it back. A model that lets writes overtake earlier reads
 * allows them, unless it knows the dependency.
 */

function observation(text: string): string {
  const test = parseLitmus(text);
  return judge(test, defaultModel(test.architecture)).observation;
}

const copy = 'P1(int *x, int *y) { WRITE_ONCE(*x, READ_ONCE(*y)); }';

it('LKMM knows no dependency of what comes after the arms of an if', () => {
  const crypto = `C crypto-control-data
{}
P0(int *x, int *y) { int r1; r1 = 1; if (READ_ONCE(*x) == 0) r1 = 0; WRITE_ONCE(*y, r1); }
${copy}
exists (0:r1=1)`;
  expect(observation(crypto)).toBe('Sometimes');
  expect(observation(crypto.replace('WRITE_ONCE(*y', 'smp_mb(); WRITE_ONCE(*y'))).toBe('Never');
});

it('LKMM knows that of its arms', () => {
  const inside = `C inside
{}
P0(int *x, int *y) { if (READ_ONCE(*x) == 7) WRITE_ONCE(*y, 7); }
${copy}
exists (x=7)`;
  expect(observation(inside)).toBe('Never');
});

it('a cmpxchg() that succeeds only if it has succeeded', () => {
  const exchange = (order: string): string => `C exchange
{}
P0(int *x, int *y) { r0 = cmpxchg${order}(x, 3, 4); r1 = 1; if (r0 == 3) r1 = 3; WRITE_ONCE(*y, r1); }
${copy}
exists (0:r0=3)`;
  expect(observation(exchange('_relaxed'))).toBe('Sometimes');
  expect(observation(exchange('_acquire'))).toBe('Never');
});

it('AArch64 orders a write by what picks its value', () => {
  const select = (instruction: string): string => `AArch64 select
{ 0:X0=x; 0:X1=y; 1:X0=x; 1:X1=y; }
 P0 | P1 ;
 LDR W2,[X0] | LDR W2,[X1] ;
 MOV W3,#1 | MOV W3,#1 ;
 CMP W2,#0 | ${instruction} ;
 CSEL W4,WZR,W3,EQ | ;
 STR W4,[X1] | ;
exists (0:X2=1)`;
  expect(observation(select('STR W2,[X0]'))).toBe('Never');
  expect(observation(select('STR W3,[X0]'))).toBe('Sometimes');
});

/** Two threads that copy x to y and y to x. */
function circle(first: string, second: string, condition: string): string {
  return `C circle
{}
P0(int *x, int *y) { int r1; ${first} }
P1(int *x, int *y) { int r1; ${second} }
${condition}`;
}

it.each([
  ['r1 = *x; *y = r1;', 'r1 = *y; *x = r1;', true],
  ['r1 = *x; WRITE_ONCE(*y, r1);', 'r1 = *y; WRITE_ONCE(*x, r1);', true],
  ['r1 = READ_ONCE(*x); WRITE_ONCE(*y, r1);', 'r1 = READ_ONCE(*y); WRITE_ONCE(*x, r1);', false],
  ['r1 = *x; *y = r1 + 1;', 'r1 = *y; *x = r1;', false],
])('LKMM allows a value that plain copies alone justify: %s %s', (first, second, isAllowed) => {
  const test = parseLitmus(circle(first, second, 'locations [x] exists (~0:r1=0 /\\ ~0:r1=1)'));
  for (const verdictOnly of [false, true]) {
    const { observation, flags } = judge(test, defaultModel('C'), { verdictOnly });
    expect(observation).toBe(isAllowed ? 'Sometimes' : 'Never');
    expect(flags.includes(anyValueFlag)).toBe(isAllowed);
  }
  expect(explain(test, defaultModel('C')).kind === 'witness').toBe(isAllowed);
});

it('shows it as one value, and tells by a flag that it may be any, whatever is asked for', () => {
  const copies = ['r1 = *x; *y = r1;', 'r1 = *y; *x = r1;'] as const;
  const { states } = judge(parseLitmus(circle(...copies, 'forall (x=0)')), defaultModel('C'));
  expect(states!.map(({ values }) => values['[x]'])).toEqual([0, 'S?']);
  const isFortyTwo = parseLitmus(circle(...copies, 'exists (x=42)'));
  const verdict = judge(isFortyTwo, defaultModel('C'), { verdictOnly: true });
  expect([verdict.observation, verdict.flags]).toEqual(['Never', [anyValueFlag, 'data-race']]);
});

it('goes on where a third thread computes with what may be any, or uses it as an address', () => {
  const text = circle('r1 = *x; *y = r1;', 'r1 = *y; *x = r1;', '').replace(
    /$/,
    `P2(int *x, int *y) { int *r2; int r3; r2 = READ_ONCE(*x); r3 = r2 + 1; r3 = *r2; }
exists (2:r3=0)`,
  );
  expect(observation(text)).toBe('Never');
});
