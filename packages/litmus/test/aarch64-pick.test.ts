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
