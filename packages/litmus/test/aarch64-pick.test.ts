import { describe, expect, it } from 'vitest';

import { defaultModel, judge, parseLitmus } from '../src/index.js';

/*
 * What a compare-and-swap makes depend on what, with verdicts as herdtools7 has them in catalogue/aarch64-cas:
 * a thread reads y and then, by way of a CAS on z, accesses x.
 */

/** LB: the access is a write; the other thread releases. MP: it is a read; the other thread releases, too. */
function observation(shape: 'LB' | 'MP', cas: string): string {
  const [other, access, condition] =
    shape === 'LB'
      ? [['LDR W3,[X0]', 'MOV W4,#1', 'STLR W4,[X1]'], 'STR W9,[X0,W8,SXTW]', '0:X3=1 /\\ 1:X3=1']
      : [['MOV W4,#1', 'STR W4,[X0]', 'STLR W4,[X1]'], 'LDR W9,[X0,W8,SXTW]', '1:X3=1 /\\ 1:X9=0'];
  const own = ['MOV W9,#1', 'LDR W3,[X1]', ...cas.split(';').map((text) => text.trim()), access];
  const rows = own.map((text, i) => ` ${other[i] ?? ''} | ${text} ;`);
  const test = parseLitmus(
    `AArch64 ${shape}\n{ 0:X0=x; 0:X1=y; 1:X0=x; 1:X1=y; 1:X2=z; }\n P0 | P1 ;\n${rows.join('\n')}\nexists (${condition})`,
  );
  return judge(test, defaultModel('AArch64')).observation;
}

describe.each([
  // What it compares with shows in the register only if it keeps it there.
  [
    'what it compares with, to the register',
    'EOR W5,W3,W3; CAS W5,W6,[X2]; EOR W8,W5,W5',
    'Sometimes',
    'Sometimes',
  ],
  [
    'the same, if it fails',
    'EOR W5,W3,W3; ADD W5,W5,#1; CAS W5,W6,[X2]; EOR W8,W5,W5',
    'Sometimes',
    'Sometimes',
  ],
  [
    'what it writes, to the register',
    'EOR W6,W3,W3; CAS W5,W6,[X2]; EOR W8,W5,W5',
    'Sometimes',
    'Sometimes',
  ],
  [
    'its address, to the register',
    'EOR W6,W3,W3; ADD X7,X2,W6,SXTW; CAS W5,W6,[X7]; EOR W8,W5,W5',
    'Never',
    'Sometimes',
  ],
])('%s', (_, cas, buffering, passing) => {
  it('load buffering, message passing', () => {
    expect(observation('LB', cas)).toBe(buffering);
    expect(observation('MP', cas)).toBe(passing);
  });
});

it('what it compares with picks whether it writes', () => {
  const text = (first: string): string => `AArch64 LB+rel+CAS
{ 0:X1=x; 0:X3=y; 1:X1=x; 1:X3=y; }
 P0 | P1 ;
 MOV W9,#1 | MOV W4,#1 ;
 LDR W0,[X3] | LDR W5,[X1] ;
 STLR W9,[X1] | ${first} ;
 | CAS W10,W4,[X3] ;
exists (1:X5=1 /\\ 0:X0=1)`;
  const observe = (first: string): string =>
    judge(parseLitmus(text(first)), defaultModel('AArch64')).observation;
  expect(observe('AND W10,W5,#2')).toBe('Never');
  expect(observe('MOV W10,#0')).toBe('Sometimes');
});

/**
 * LB: one thread reads x and, after what is given, writes y; the other reads y with acquire and writes x.
 *
 * @param code of the first thread between its accesses, with x in X0, z in X2 and w in X3
 */
function loadBuffering(code: string, condition: string): string {
  const own = [...code.split(';').map((text) => text.trim()), 'MOV W9,#1', 'STR W9,[X1]'];
  const other = ['LDAR W4,[X1]', 'MOV W5,#1', 'STR W5,[X0]'];
  const rows = own.map((text, i) => ` ${text} | ${other[i] ?? ''} ;`);
  const test = parseLitmus(`AArch64 LB+through-memory
{ 0:X0=x; 0:X1=y; 0:X2=z; 0:X3=w; 1:X0=x; 1:X1=y; }
 P0 | P1 ;
${rows.join('\n')}
exists (1:X4=1 /\\ ${condition})`);
  return judge(test, defaultModel('AArch64')).observation;
}

// herd7 judges each so under its aarch64.cat.
it.each([
  [
    'what was picked',
    'LDR W6,[X0]; CMP W6,#1; CSEL W7,W8,WZR,EQ; STR W7,[X2]; LDAR W10,[X2]',
    'Never',
  ],
  ['no pick', 'LDR W6,[X0]; CMP W6,#1; STR W8,[X2]; LDAR W10,[X2]', 'Sometimes'],
  [
    'no order after it',
    'LDR W6,[X0]; CMP W6,#1; CSEL W7,W8,WZR,EQ; STR W7,[X2]; LDR W10,[X2]',
    'Sometimes',
  ],
  [
    'twice',
    'LDR W6,[X0]; CMP W6,#1; CSEL W7,W8,WZR,EQ; STR W7,[X2]; LDR W10,[X2]; STR W10,[X3]; LDAR W11,[X3]',
    'Never',
  ],
  [
    'where it was picked',
    'LDR W6,[X0]; CMP W6,#1; CSEL X7,X2,X2,EQ; STR W8,[X7]; LDAR W10,[X2]',
    'Never',
  ],
])('a pick dependency runs on through memory: %s', (_, code, observation) => {
  expect(loadBuffering(code, '0:X6=1')).toBe(observation);
});

it.each([
  ['a branch on it', 'MOV W6,#1; MOV W7,#2; CAS W6,W7,[X0]; LDR W10,[X0]; CBNZ W10,L; L:', 'Never'],
  [
    'a swap decides nothing',
    'MOV W7,#2; SWP W7,W6,[X0]; LDR W10,[X0]; CBNZ W10,L; L:',
    'Sometimes',
  ],
])('what a compare-and-swap writes passes its decision on: %s', (_, code, observation) => {
  expect(loadBuffering(code, '0:X6=1 /\\ 0:X10=2')).toBe(observation);
});

it('what a compare-and-swap decides is waited for by an ISB after a branch on it', () => {
  const observe = (isb: string): string => {
    const test = parseLitmus(`AArch64 MP+CAS+isb
{ x=0; y=0; 0:X0=x; 0:X1=y; 1:X0=x; 1:X1=y; }
 P0 | P1 ;
 MOV W4,#1 | MOV W6,#1 ;
 STR W4,[X0] | MOV W7,#2 ;
 STLR W4,[X1] | CAS W6,W7,[X1] ;
 | LDR W8,[X1] ;
 | CBNZ W8,L ;
 | L: ;
 | ${isb} ;
 | LDR W9,[X0] ;
exists (1:X6=1 /\\ 1:X8=2 /\\ 1:X9=0)`);
    return judge(test, defaultModel('AArch64')).observation;
  };
  expect(observe('ISB')).toBe('Never');
  expect(observe('NOP')).toBe('Sometimes');
});
