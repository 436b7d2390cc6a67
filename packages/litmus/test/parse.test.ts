import { describe, expect, it } from 'vitest';

import {
  defaultModel, judge, LitmusSyntaxError, parseLitmus, UnsupportedError,
} from '../src/index.js'; // prettier-ignore

function observationOf(text: string): string {
  const test = parseLitmus(text);
  return judge(test, defaultModel(test.architecture)).observation;
}

/** A C test whose only thread ends with `r0` as its code leaves it. */
function finalRegister(code: string, initial = '', parameters = 'int *x, int *y'): unknown {
  const test = parseLitmus(
    `C T\n{ ${initial} }\nP0(${parameters}) { ${code} }\nlocations [0:r0]\nexists (true)`,
  );
  const { states } = judge(test, defaultModel('C'));
  return states!.map(({ values }) => values['0:r0']);
}

function problemOf(text: string): unknown {
  try {
    parseLitmus(text, 'some.litmus');
  } catch (error) {
    return error;
  }
  return undefined;
}

describe('C tests', () => {
  it.each([
    ['int r0 = 1 + 2 * 3;', 7],
    ['r0 = (1 | 4) & ~1;', 4],
    ['r0 = !3;', 0],
    ['r0 = -(2 - 5);', 3],
    ['r0 = 1 << 4 >> 2;', 4],
    ['r0 = 5 == 5 && 2 < 1;', 0],
    ['*x = 3; r0 = *x;', 3],
    ['WRITE_ONCE(*x, 2); r0 = xchg(x, 5); r0 = r0 + READ_ONCE(*x);', 7],
    ['r0 = atomic_add_unless(x, 1, 0);', 0],
    ['WRITE_ONCE(*x, 1); r0 = atomic_add_unless(x, 1, 0); r0 = atomic_read(x);', 2],
    ['r0 = cmpxchg(x, 0, 4); r0 = cmpxchg_relaxed(x, 0, 5); r0 = r0 + READ_ONCE(*x);', 8],
    [
      'atomic_set(x, 6); r0 = atomic_fetch_andnot(2, x); r0 = r0 * 10 + atomic_read_acquire(x);',
      64,
    ],
    ['r0 = atomic_dec_and_test(x);', 0],
    ['r0 = atomic_sub_return_release(2, x);', -2],
    ['r0 = atomic_add_negative(-1, x);', 1],
    ['r0 = srcu_read_lock(x); srcu_read_unlock(x, r0);', 0],
    ['while (READ_ONCE(*x) < 2) { atomic_inc(x); } r0 = READ_ONCE(*x);', 2],
    ['do { atomic_inc(x); } while (READ_ONCE(*x) < 1); r0 = READ_ONCE(*x);', 1],
    ['for (int i = 0; i < 5; i++) r0 += i;', 10],
    ['for (i = 3; i; --i) { WRITE_ONCE(*x, i); atomic_inc(y); } r0 = READ_ONCE(*y) * 10 + *x;', 31],
    ['(*x)++; *x += 4; r0 = *x; r0--;', 4],
    ['if (READ_ONCE(*x)) r0 = 1; else if (READ_ONCE(*y) == 0) { r0 = 2; }', 2],
    ['int *p = &x[1]; WRITE_ONCE(*p, 4); r0 = READ_ONCE(x[1]);', 4],
    ['WRITE_ONCE(*(x + 2), 4); r0 = READ_ONCE(x[2]);', 4],
    ['r0 = (long)READ_ONCE(*(int *)x); /* here */ // there\n', 0],
    ['r0 = (*x) + (*(int *) x);', 0],
    ['r0 = spin_trylock(x); r0 = spin_is_locked(x); spin_unlock(x);', 1],
  ])('%s', (code, value) => {
    expect(finalRegister(code)).toEqual([value]);
  });

  it('follows a pointer that was read, through a cast of a register', () => {
    const code = 'r1 = READ_ONCE(*p); r0 = READ_ONCE(*(intptr_t *)r1);';
    expect(finalRegister(code, 'int x = 3; int *p = &x;', 'intptr_t **p')).toEqual([3]);
    expect(finalRegister(code, 'y=4; p=y;', 'int **p')).toEqual([4]);
    expect(finalRegister('r0 = READ_ONCE(a[1]);', 'int a[2] = {7, 8};', 'int *a')).toEqual([8]);
    expect(
      finalRegister('r0 = atomic_read(v);', 'atomic_t v = ATOMIC_INIT(9);', 'atomic_t *v'),
    ).toEqual([9]);
    expect(finalRegister('r0 = READ_ONCE(**p);', 'y=4; p=y;', 'int **p')).toEqual([4]);
    expect(finalRegister('r0 = r7;', '0:r7=5;')).toEqual([5]);
  });

  it('leaves out what the filter leaves out', () => {
    const text = (filter: string): string => `C T
      { (* nested (* comment *) *) }
      P0(int *x) { WRITE_ONCE(*x, 1); }
      P1(int *x) { r0 = READ_ONCE(*x); }
      ${filter}
      exists (1:r0=1) (*unspaced*)`;
    expect(observationOf(text(''))).toBe('Sometimes');
    expect(observationOf(text('filter (1:r0=1)'))).toBe('Always');
    expect(observationOf(text('filter (not (1:r0=1))'))).toBe('Never');
  });

  it('knows what each quantifier wants', () => {
    const verdict = (condition: string): [string, boolean] => {
      const test = parseLitmus(`C T\n{}\nP0(int *x) { WRITE_ONCE(*x, 1); }\n${condition}`);
      const { observation, ok } = judge(test, defaultModel('C'));
      return [observation, ok];
    };
    expect(verdict('exists (x=1)')).toEqual(['Always', true]);
    expect(verdict('forall (x=1 \\/ x=2)')).toEqual(['Always', true]);
    expect(verdict('forall (x=2)')).toEqual(['Never', false]);
    expect(verdict('~exists (x=2)')).toEqual(['Never', true]);
    expect(verdict('~exists ([x]=1)')).toEqual(['Always', false]);
  });

  it('knows a location that only an initial value names', () => {
    const text = (condition: string): string => `C T
      { int *x = &a; 0:r1=b[1]; }
      P0(int **x) { r0 = READ_ONCE(*x); *r0 = 2; }
      ${condition}`;
    expect(observationOf(text('exists (a=2 /\\ b[1]=0)'))).toBe('Always');
    expect(problemOf(text('exists (c=2)'))).toBeInstanceOf(LitmusSyntaxError);
  });

  it('lists a register that is not there as 0, but takes no condition on it', () => {
    const text = 'C T\n{}\nP0(int *x) { r0 = *x; }\nlocations [0:r1;]\nexists (x=0)';
    const { states } = judge(parseLitmus(text), defaultModel('C'));
    expect(states!.map(({ values }) => values)).toEqual([{ '0:r1': 0, '[x]': 0 }]);
    expect(problemOf(text.replace('x=0', '0:r1=0'))).toBeInstanceOf(LitmusSyntaxError);
    expect(problemOf(text.replace('0:r1', '1:r1'))).toBeInstanceOf(LitmusSyntaxError);
  });

  it.each([
    ['if (READ_ONCE(*x)) return; WRITE_ONCE(*y, 1);', 'Sometimes'],
    [
      'if (!READ_ONCE(*x)) { if (!READ_ONCE(*x)) return; } else return; WRITE_ONCE(*y, 1);',
      'Sometimes',
    ],
    ['WRITE_ONCE(*y, 1); return; WRITE_ONCE(*y, 2);', 'Always'],
    ['return; WRITE_ONCE(*y, 1);', 'Never'],
  ])('ends a thread where it returns: %s', (code, observation) => {
    const other = 'P1(int *x) { WRITE_ONCE(*x, 1); }';
    expect(observationOf(`C T\n{}\nP0(int *x, int *y) { ${code} }\n${other}\nexists (y=1)`)).toBe(
      observation,
    );
  });

  it('what is run only if a thread does not return depends on that', () => {
    const buffering = (first: string): string => `C LB
      {}
      P0(int *x, int *y) { r0 = READ_ONCE(*x); ${first} WRITE_ONCE(*y, 1); }
      P1(int *x, int *y) { r0 = READ_ONCE(*y); if (r0 != 1) return; WRITE_ONCE(*x, 1); }
      exists (0:r0=1 /\\ 1:r0=1)`;
    expect(observationOf(buffering('if (r0 == 0) return;'))).toBe('Never');
    expect(observationOf(buffering('if (r0 == 0) { }'))).toBe('Sometimes');
  });

  it('passes over what herd7 takes for information', () => {
    const text = `C T
      "a comment in quotes"
      Hash=0123456789abcdef
      Orig=PodWW Rfe
      {}
      P0(int *x) { WRITE_ONCE(*x, 1); }
      exists (x=1)`;
    expect(observationOf(text)).toBe('Always');
  });

  it('knows the final value of a lock', () => {
    const text = (code: string): string => `C T
      {}
      P0(spinlock_t *l) { ${code} }
      exists (l=1)`;
    expect(observationOf(text('spin_lock(l);'))).toBe('Always');
    expect(observationOf(text('spin_lock(l); spin_unlock(l);'))).toBe('Never');
    expect(observationOf(text('r0 = spin_trylock(l); if (r0) spin_unlock(l);'))).toBe('Never');
  });

  it('compares registers with each other', () => {
    const text = (condition: string): string => `C T
      {}
      P0(int *x) { WRITE_ONCE(*x, 1); }
      P1(int *x) { r0 = READ_ONCE(*x); r1 = READ_ONCE(*x); }
      ${condition} (*More of this: P1 isn't first (in any order).*)`;
    expect(observationOf(text('exists (1:r0=1:r1)'))).toBe('Sometimes');
    expect(observationOf(text('exists (1:r0=[x])'))).toBe('Sometimes');
    expect(observationOf(text('forall (1:r0=1:r1 \\/ 1:r1=1)'))).toBe('Always');
  });

  it('takes the promised result from a comment', () => {
    const promised = (result: string) =>
      parseLitmus(`C T\n(* Result: ${result} *)\n{}\nP0(int *x) { }\nexists (x=1)`).expected;
    expect(promised('Never')).toEqual({ observation: 'Never', dataRace: false });
    expect(promised('Sometimes DATARACE')).toEqual({ observation: 'Sometimes', dataRace: true });
    expect(promised('DEADLOCK')).toEqual({ observation: 'DEADLOCK', dataRace: false });
    expect(promised('Maybe')).toBeUndefined();
  });
});

describe('assembly tests', () => {
  it('name a thread in either way, and may have arrays', () => {
    const text = `PPC T
      { int a[2] = {3, 4}; P0:r1=a; 1:r1=a; }
      P0 | P1 ;
      li r2,5 | lwz r2,0(r1) ;
      stw r2,0(r1) | ;
      exists (P1:r2=5 /\\ 0:r2=5)`;
    expect(observationOf(text)).toBe('Sometimes');
  });

  it('count to the end of a loop that no read decides', () => {
    const text = `AArch64 T
      { 0:X2=x; }
      P0 ;
      MOV W0,#10 ;
      L0: ADD W1,W1,#1 ;
      SUB W0,W0,#1 ;
      CBNZ W0,L0 ;
      forall (0:X1=10)`;
    const test = parseLitmus(text);
    expect(judge(test, defaultModel('AArch64'))).toMatchObject({
      observation: 'Always',
      flags: [],
    });
  });

  it.each([
    [
      'AArch64 T\n{ 0:X1=65536; }\n P0 ;\n MUL W3,W1,W1 ;\nexists (0:X3=0)',
      'arithmetic beyond 32 bits: 65536 * 65536',
    ],
    [
      'AArch64 T\n{}\n P0 ;\n CMP W3,W1,ASR #1 ;\nexists (0:X3=0)',
      "the instruction 'CMP W3,W1,ASR #1'",
    ],
    ['AArch64 T\n{}\n P0 ;\n B .+8 ;\n NOP ;\nexists (0:X3=0)', 'the branch to .+8'],
    ['PPC T\n{ %x0=x; }\n P0 ;\n nop ;\nexists (x=0)', 'the symbolic register %x0'],
  ])('refuse what they would get wrong: %j', (text, construct) => {
    expect(() => observationOf(text)).toThrow(`unsupported: ${construct}`);
  });
});

describe('refusals', () => {
  it.each([
    ['', 1, 1, 'an architecture and a name'],
    ['C T\n\nno state', 3, 9, "'{' with the initial state"],
    ['C T\n{ x 1; }', 2, 5, "';'"],
    ['C T\n{}\nP0(int *x) {\n  WRITE_ONCE(*x 1);\n}', 4, 17, "','"],
    ['C T\n{}\nP0(int *x) { WRITE_ONCE(x, 1); }', 3, 25, 'an access to memory such as *x'],
    ['C T\n{}\nP0(int *x) { r0 = READ_ONCE(*x)\n}', 4, 1, "';'"],
    ['C T\n{}\nP0(int *x) { r0 = y; }', 3, 19, 'a parameter or a variable of this thread'],
    ['C T\n{}\nP0(int *x) { smp_mb(1); }', 3, 14, '0 arguments of smp_mb()'],
    ['C T\n{}\nP1(int *x) { }', 3, 1, "'P0'"],
    ['C T\n{ x=1;\nP0(int *x) { WRITE_ONCE(*x, 1); }', 3, 1, "'}' at the end of the initial state"],
    ['AArch64 T\n{ x=1;\n P0 ;\n NOP ;\n', 3, 2, "'}' at the end of the initial state"],
    ['AArch64 T\n{ x=1;\n P0 | P1 ;\n NOP | ;\n', 3, 2, "'}' at the end of the initial state"],
    ['C T\n{}\nP0(int *x) { (* never closed', 3, 14, "'*)' after this comment"],
    ['C T\n{}\nP0(int *x) { }\nexists (x=)', 4, 11, 'a number or an address'],
    ['C T\n{}\nP0(int *x) { }\nexist (x=1)', 4, 1, 'exists, ~exists, forall, filter or locations'],
    ['C T\n{}\nP0(int *x) { r0 = *x; }\nexists (1:r0=1)', 4, 9, 'a thread from 0 to 0'],
    ['C T\n{}\nP0(int *x) { r0 = *x; }\nexists (0:r1=1)', 4, 11, 'a register of P0'],
    ['C T\n{}\nP0(int *x) { r0 = *x; }\nexists (y=1)', 4, 9, 'a location of the test'],
    ['AArch64 T\n{}\n P0 ;\n NOP ;\nexists (P1:X0=1)', 5, 9, 'a thread from 0 to 0'],
    ['X86_64 T\n{}\n P0 | P2 ;\n', 3, 7, "'P1'"],
    ['X86_64 T\n{}\n P0 | P1 ;\n mfence ;\nexists (x=1)', 4, 2, '2 columns'],
  ])('%j', (text, line, column, expected) => {
    const error = problemOf(text) as LitmusSyntaxError;
    expect(error).toBeInstanceOf(LitmusSyntaxError);
    expect(error.expected).toContain(expected);
    expect(error.message).toMatch(/^some\.litmus:\d+:\d+: expected .+, found .+/);
    expect(error.position).toEqual({ line, column });
  });

  it.each([
    ['C T\n{}\nP0(int *x) { smp_what(); }', 'the function smp_what()'],
    ['C T\n{}\nP0(int *x) { goto out; }', "the statement 'goto'"],
    ['C T\n{}\nP0(int *x) { r0 = x->y; }', "the member access '->y'"],
    ['C T\n{}\nP0(int *x) { x++; }', "assignment to the parameter 'x'"],
    ['C T\n{}\nP0(int *x) { smp_memb(); }', 'the function smp_memb()'],
    [
      'AArch64 T\n{}\n P0 ;\n CASP X0,X1,X2,X3,[X4] ;\nexists (x=1)',
      "the instruction 'CASP X0,X1,X2,X3,[X4]'",
    ],
    ['AArch64 T\n{}\n P0 ;\n STRB W0,[X4] ;\nexists (x=1)', "the instruction 'STRB W0,[X4]'"],
    ['C T\n{}\nP0(int *x) { r0 = 1 ? 2 : 3; }', "the operator '?:'"],
    ['C T\n{}\nP0(int *x) { int a[2]; }', "the local array 'a'"],
    ['C T\n{}\nP0(int *x) { r0 = 1 && READ_ONCE(*x); }', 'an access to memory after &&'],
    ['C T\n{ x=9007199254740993; }\nP0(int *x) { }', 'the number 9007199254740993'],
    ['MIPS T\n{}', 'the architecture MIPS'],
    [
      'C T\n{}\nP0(int *x) { r0 = atomic_load_explicit(x, memory_order_relaxed); }',
      'the C11 function atomic_load_explicit()',
    ],
    ['C T\n{}\nP0(int *x) { return 1; }', "'return' with a value"],
    ['C T\n{}\nP0(int *x) { while (*x) { if (*x) return; } }', "'return' in a loop"],
    ['AArch64 T\n{ 0:X1=P0:L0; }\n P0 ;\n L0: NOP ;\n', 'the label P0:L0 as a value'],
    ['AArch64 T\n{ uint64_t x:red = 1; }\n P0 ;\n NOP ;\n', 'the location x:red'],
    ['AArch64 T\n{}\n P0 ;\n NOP ;\nexists (0:X1<>0)', 'a comparison but for = and !='],
    ['AArch64 T\n{}\n P0 ;\n NOP ;\nexists (x={2,1})', 'an array as a value'],
    ['AArch64 T\n{ 0:X1=x:red; }\n P0 ;\n NOP ;\n', 'the value x:red'],
    ['AArch64 T\n{ [PTE(x)]=(valid:0); }\n P0 ;\n NOP ;\n', 'the page-table entry PTE(…)'],
    ['AArch64 T\n{ 0:X1=(oa:PA(x),valid:0); }\n P0 ;\n NOP ;\n', 'the page-table entry (oa:…)'],
    ['AArch64 T\n{ 0:X1=PA(x); }\n P0 ;\n NOP ;\n', 'the physical address PA(…)'],
    ['AArch64 T\n{}\n P0 ;\n L0: NOP ;\nforall (fault(P0:L0,x))', 'the condition fault(…)'],
    ['AArch64 T\n{}\n P0 ;\n L0: NOP ;\nexists ~(x=1 /\\ Fault(P0,x))', 'the condition Fault(…)'],
    ['AArch64 T\n{}\n P0 ;\n L0: NOP ;\nexists (0:X1=P0:L0)', 'the label P0:L0 as a value'],
    ['AArch64 T\n{}\n P0 ;\n NOP ;\nexists (0:X1=instr:"NOP")', 'the value instr:"NOP"'],
    ['AArch64 T\n{}\n P0 ;\n LDP X0,X1,[X2] ;\nexists (x=1)', "the instruction 'LDP X0,X1,[X2]'"],
    ['PPC T\n{}\n P0 ;\n dcbz r1,r2 ;\nexists (x=1)', "the instruction 'dcbz r1,r2'"],
    ['RISCV T\n{}\n P0 ;\n fence.x ;\nexists (x=1)', "the instruction 'fence.x'"],
    ['X86_64 T\n{}\n P0 ;\n clflush (x) ;\nexists (x=1)', "the instruction 'clflush (x)'"],
  ])('%j names %s', (text, construct) => {
    const error = problemOf(text) as UnsupportedError;
    expect(error).toBeInstanceOf(UnsupportedError);
    expect(error.construct).toBe(construct);
  });
});

describe('what is nested deep', () => {
  const deep = 50_000;
  const [open, close] = ['('.repeat(deep), ')'.repeat(deep)];
  it.each([
    ['parentheses', `r0 = ${open}1${close};`, ''],
    ['operators', `r0 = ${'!'.repeat(deep)}1;`, ''],
    ['sums', `r0 = 1${' + 1'.repeat(deep)};`, ''],
    ['ifs', `${'if (1) '.repeat(deep)} r0 = 1;`, ''],
    ['blocks', `${'{'.repeat(deep)} ${'}'.repeat(deep)}`, ''],
    ['a condition', '', `${open}x=1${close}`],
    ['negations', '', `${'~'.repeat(deep)} x=1`],
    ['a value', '', `x=${open}1${close}`],
  ])('is refused with its place: %s', (_, code, condition) => {
    const error = problemOf(
      `C T\n{}\nP0(int *x) { ${code} }\nexists (${condition || 'x=1'})`,
    ) as UnsupportedError;
    expect(error).toBeInstanceOf(UnsupportedError);
    expect(error.message).toMatch(/^some\.litmus:\d+:\d+: unsupported: /);
  });

  it('is read as far as anybody writes it', () => {
    const sum = `${'('.repeat(100)}1${')'.repeat(100)}${' + 1'.repeat(100)}`;
    expect(finalRegister(`${'if (1) '.repeat(100)} r0 = ${sum};`)).toEqual([101]);
  });
});

it('a name ends before .litmus, and control characters are written out', () => {
  const text = 'C a\u001b]0;b.litmus\n{}\nP0(int *x) { }\nexists (x=1)';
  expect(parseLitmus(text).name).toBe('a\\x1b]0;b');
  expect(String(problemOf('\u0000\u009b\u0007'))).toContain('\\x00\\x9b\\x07');
  expect(String(problemOf('MIPS\u0007 T'))).not.toContain('\u0007');
});
