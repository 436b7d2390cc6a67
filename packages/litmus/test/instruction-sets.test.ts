import { describe, expect, it } from 'vitest';

import { defaultModel, judge, parseLitmus } from '../src/index.js';

/** A test whose threads are given as instructions separated by `;`. */
function observation(
  architecture: string,
  initial: string,
  condition: string,
  ...threads: readonly string[]
): string {
  const columns = threads.map((thread) => thread.split(';').map((line) => line.trim()));
  const rows = Array.from(
    { length: Math.max(...columns.map((column) => column.length)) },
    (_, row) => columns.map((column) => column[row] ?? '').join(' | '),
  );
  const head = threads.map((_, i) => `P${String(i)}`).join(' | ');
  const test = parseLitmus(
    `${architecture} shape\n{\n${initial}\n}\n${[head, ...rows].map((row) => `${row} ;`).join('\n')}\nexists (${condition})`,
  );
  return judge(test, defaultModel(test.architecture)).observation;
}

describe('x86-64', () => {
  const buffering = (between: string): string =>
    observation(
      'X86_64',
      '',
      '0:rax=0 /\\ 1:rax=0',
      `movl $1,(x); ${between} movl (y),%eax`,
      `movl $1,(y); ${between} movl (x),%eax`,
    );

  it('buffers stores until a fence or a locked instruction', () => {
    expect(buffering('')).toBe('Sometimes');
    expect(buffering('mfence;')).toBe('Never');
    expect(buffering('sfence;')).toBe('Sometimes');
    expect(buffering('xchg %ebx,(z);')).toBe('Never');
    expect(buffering('lock addl $1,(z);')).toBe('Never');
    expect(buffering('addl $1,(z);')).toBe('Sometimes');
  });

  it('loses increments that are not locked', () => {
    const twice = (instruction: string): string =>
      observation('X86_64', 'x=5;', 'x=7', instruction, instruction);
    expect(twice('incl (x)')).toBe('Sometimes');
    expect(twice('lock incl (x)')).toBe('Always');
    expect(twice('movl $1,%eax;lock xaddl %eax,(x)')).toBe('Always');
  });

  it('reads Intel syntax and branches', () => {
    const first = 'MOV EAX,[x]; CMP EAX,$1; JNE out; MOV [y],$2; out:';
    expect(observation('X86', 'x=1;', 'y=2 /\\ 0:EAX=1', first)).toBe('Always');
    const compare = 'movl $0,%eax; movl $3,%ebx; lock cmpxchgl %ebx,(x)';
    expect(observation('X86_64', '', 'x=3 /\\ 0:rax=0', compare)).toBe('Always');
    expect(observation('X86_64', 'x=2;', 'x=2 /\\ 0:rax=2', compare)).toBe('Always');
  });
});

describe('AArch64', () => {
  const initial = '0:X0=x; 0:X1=y; 1:X0=x; 1:X1=y;';
  const passing = (writeSide: string, readSide: string): string =>
    observation('AArch64', initial, '1:X2=1 /\\ 1:X3=0', writeSide, readSide);
  const plain = 'MOV W2,#1; STR W2,[X0]; STR W2,[X1]';

  it('orders as it is told to', () => {
    const release = 'MOV W2,#1; STR W2,[X0]; STLR W2,[X1]';
    expect(passing(plain, 'LDR W2,[X1]; LDR W3,[X0]')).toBe('Sometimes');
    expect(
      passing(
        'MOV W2,#1; STR W2,[X0]; DMB ISHST; STR W2,[X1]',
        'LDR W2,[X1]; DMB ISHLD; LDR W3,[X0]',
      ),
    ).toBe('Never');
    expect(passing(release, 'LDAR W2,[X1]; LDR W3,[X0]')).toBe('Never');
    expect(passing(release, 'LDAPR W2,[X1]; LDR W3,[X0]')).toBe('Never');
    expect(passing(release, 'LDR W2,[X1]; CBZ W2,out; out: LDR W3,[X0]')).toBe('Sometimes');
    expect(passing(release, 'LDR W2,[X1]; CBZ W2,out; out: ISB; LDR W3,[X0]')).toBe('Never');
    expect(passing(release, 'LDR W2,[X1]; EOR W4,W2,W2; LDR W3,[X0,W4,SXTW]')).toBe('Never');
    expect(passing(release, 'MOV W5,#2; SWPA W5,W2,[X1]; LDR W3,[X0]')).toBe('Never');
    expect(passing(release, 'MOV W5,#2; SWP W5,W2,[X1]; LDR W3,[X0]')).toBe('Sometimes');
  });

  it('acquire-release keeps sequential consistency, acquirePC does not', () => {
    const buffering = (load: string): string =>
      observation(
        'AArch64',
        initial,
        '0:X3=0 /\\ 1:X3=0',
        `MOV W2,#1; STLR W2,[X0]; ${load} W3,[X1]`,
        `MOV W2,#1; STLR W2,[X1]; ${load} W3,[X0]`,
      );
    expect(buffering('LDAR')).toBe('Never');
    expect(buffering('LDAPR')).toBe('Sometimes');
  });

  it('makes exclusives and atomics atomic', () => {
    const add = 'again: LDXR W2,[X0]; ADD W3,W2,#1; STXR W4,W3,[X0]; CBNZ W4,again';
    expect(observation('AArch64', initial, 'x=2', add, add)).toBe('Always');
    expect(
      observation(
        'AArch64',
        initial,
        'x=2',
        'MOV W2,#1; STADD W2,[X0]',
        'MOV W2,#1; LDADDAL W2,W3,[X0]',
      ),
    ).toBe('Always');
    const compare = (i: number): string => `MOV W2,#0; MOV W3,#${String(i)}; CAS W2,W3,[X0]`;
    expect(observation('AArch64', initial, '0:X2=0 /\\ 1:X2=0', compare(1), compare(2))).toBe(
      'Never',
    );
  });
});

describe('POWER', () => {
  const initial = '0:r8=x; 0:r9=y; 1:r8=x; 1:r9=y;';
  it('has barriers of different strength', () => {
    const passing = (fence: string, readSide: string): string =>
      observation(
        'PPC',
        initial,
        '1:r1=1 /\\ 1:r2=0',
        `li r3,1; stw r3,0(r8); ${fence}; stw r3,0(r9)`,
        readSide,
      );
    const buffering = (fence: string): string =>
      observation(
        'PPC',
        initial,
        '0:r1=0 /\\ 1:r1=0',
        `li r3,1; stw r3,0(r8); ${fence}; lwz r1,0(r9)`,
        `li r3,1; stw r3,0(r9); ${fence}; lwz r1,0(r8)`,
      );
    expect(passing('lwsync', 'lwz r1,0(r9); lwz r2,0(r8)')).toBe('Sometimes');
    expect(passing('lwsync', 'lwz r1,0(r9); xor r4,r1,r1; lwzx r2,r4,r8')).toBe('Never');
    expect(passing('eieio', 'lwz r1,0(r9); lwsync; lwz r2,0(r8)')).toBe('Never');
    expect(passing('lwsync', 'lwz r1,0(r9); cmpwi r1,1; beq out; out: isync; lwz r2,0(r8)')).toBe(
      'Never',
    );
    expect(passing('lwsync', 'lwz r1,0(r9); cmpwi r1,1; beq out; out: lwz r2,0(r8)')).toBe(
      'Sometimes',
    );
    expect(buffering('lwsync')).toBe('Sometimes');
    expect(buffering('sync')).toBe('Never');
  });

  it('makes reservations atomic', () => {
    const add = 'again: lwarx r1,r0,r8; addi r2,r1,1; stwcx. r2,r0,r8; bne again';
    expect(observation('PPC', initial, 'x=2', add, add)).toBe('Always');
  });
});

describe('RISC-V', () => {
  const initial = '0:x6=x; 0:x7=y; 1:x6=x; 1:x7=y;';
  const passing = (writeSide: string, readSide: string): string =>
    observation('RISCV', initial, '1:x8=1 /\\ 1:x9=0', `li x5,1; ${writeSide}`, readSide);

  it('orders what its fences name', () => {
    const written = 'sw x5,0(x6); fence w,w; sw x5,0(x7)';
    expect(passing(written, 'lw x8,0(x7); fence r,r; lw x9,0(x6)')).toBe('Never');
    expect(passing(written, 'lw x8,0(x7); fence r,w; lw x9,0(x6)')).toBe('Sometimes');
    expect(passing(written, 'lw x8,0(x7); fence.tso; lw x9,0(x6)')).toBe('Never');
    expect(passing(written, 'lw x8,0(x7); xor x10,x8,x8; add x11,x10,x6; lw x9,0(x11)')).toBe(
      'Never',
    );
    expect(passing('sw x5,0(x6); amoswap.w.rl x0,x5,(x7)', 'lr.w.aq x8,(x7); lw x9,0(x6)')).toBe(
      'Never',
    );
    expect(passing('sw x5,0(x6); amoswap.w x0,x5,(x7)', 'lr.w.aq x8,(x7); lw x9,0(x6)')).toBe(
      'Sometimes',
    );
  });

  it('knows the names of the calling convention', () => {
    expect(observation('RISCV', '0:a0=x;', 'x=3 /\\ 0:t1=0', 'li t0,3; amoadd.w t1,t0,(a0)')).toBe(
      'Always',
    );
    const add = 'again: lr.w x8,(x6); addi x9,x8,1; sc.w x10,x9,(x6); bnez x10,again';
    expect(observation('RISCV', initial, 'x=2', add, add)).toBe('Always');
  });
});

describe('a page table entry that is cleared while its page is pinned', () => {
  // One thread clears the entry x and looks at the count y; the other sees the entry, raises the count
  // and sees the entry again. Neither may overlook the other.
  const arm = (clear: string, pin: string): string =>
    observation(
      'AArch64',
      'x=1; y=1; 0:X0=x; 0:X1=y; 1:X0=x; 1:X1=y;',
      '0:X3=1 /\\ 1:X3=1 /\\ 1:X4=1 /\\ 1:X5=1',
      `${clear}; LDR W3,[X1]`,
      `LDR W3,[X0]; ${pin}; LDR W5,[X0]`,
    );
  const swap = 'MOV W2,#0; SWP W2,W4,[X0]';
  const compare = (suffix: string): string => `MOV W4,#1; MOV W6,#2; CAS${suffix} W4,W6,[X1]`;

  it('on AArch64', () => {
    expect(arm(`${swap}; DSB ISH`, compare('AL'))).toBe('Never');
    expect(arm(swap, compare('AL'))).toBe('Sometimes');
    expect(arm(`${swap}; DSB ISHST`, compare('AL'))).toBe('Never');
    expect(arm(`${swap}; DMB ISHST`, compare('AL'))).toBe('Sometimes');
    expect(arm(`${swap}; DSB ISH`, compare('A'))).toBe('Sometimes');
    const exclusive = 'MOV W6,#2; again: LDXR W4,[X1]; STLXR W7,W6,[X1]; CBNZ W7,again; DMB ISH';
    expect(arm(`${swap}; DSB ISH`, exclusive)).toBe('Never');
  });

  it('on x86-64', () => {
    const x86 = (clear: string): string =>
      observation(
        'X86_64',
        'x=1; y=1;',
        '0:rax=1 /\\ 1:rbx=1 /\\ 1:rax=1 /\\ 1:rcx=1',
        `${clear}; movl (y),%eax`,
        'movl (x),%ebx; movl $1,%eax; movl $2,%edx; lock cmpxchgl %edx,(y); movl (x),%ecx',
      );
    expect(x86('movl $0,(x)')).toBe('Sometimes');
    expect(x86('movl $0,%edx; xchgl %edx,(x)')).toBe('Never');
  });

  it('on RISC-V', () => {
    const riscv = (suffix: string): string =>
      observation(
        'RISCV',
        'x=1; y=1; 0:x6=x; 0:x7=y; 1:x6=x; 1:x7=y;',
        '0:x9=1 /\\ 1:x8=1 /\\ 1:x9=1 /\\ 1:x10=1',
        `amoswap.w${suffix} x5,x0,(x6); fence rw,rw; lw x9,0(x7)`,
        `lw x8,0(x6); li x5,1; amoadd.w${suffix} x9,x5,(x7); lw x10,0(x6)`,
      );
    expect(riscv('.aqrl')).toBe('Never');
    expect(riscv('')).toBe('Sometimes');
  });
});

describe('values beyond 32 bits', () => {
  const wide = '0x100000002';
  it.each([
    ['AArch64', `x=${wide}; 0:X1=x;`, 'LDR X0,[X1]', '0:X0=4294967298', 'LDR W0,[X1]'],
    ['AArch64', `x=${wide}; 0:X1=x;`, 'STR X0,[X1]', 'x=0', 'STR W0,[X1]'],
    ['AArch64', `0:X0=${wide}; 0:X1=x;`, 'STR X0,[X1]', `x=${wide}`, 'STR W0,[X1]'],
    ['AArch64', `0:X1=${wide};`, 'MOV X0,X1', `0:X0=${wide}`, 'MOV W0,W1'],
    ['AArch64', `x=${wide}; 0:X1=x;`, 'SWP X2,X0,[X1]', 'x=0', 'SWP W2,W0,[X1]'],
    ['X86_64', `x=${wide};`, 'movq (x),%rax', `0:rax=${wide}`, 'movl (x),%eax'],
    ['X86_64', `x=${wide};`, 'mov %rax,(x)', 'x=0', 'mov %eax,(x)'],
    ['X86_64', `x=${wide};`, 'lock xchgq %rax,(x)', 'x=0', 'lock xchgl %eax,(x)'],
    ['PPC', `x=${wide}; 0:r1=x;`, 'ld r2,0(r1)', `0:r2=${wide}`, 'lwz r2,0(r1)'],
    ['RISCV', `x=${wide}; 0:x1=x;`, 'ld x2,0(x1)', `0:x2=${wide}`, 'lw x2,0(x1)'],
    ['RISCV', `x=${wide}; 0:x1=x;`, 'amoswap.d x2,x0,(x1)', 'x=0', 'amoswap.w x2,x0,(x1)'],
  ])('%s: %s %s', (architecture, initial, long, condition, word) => {
    expect(observation(architecture, initial, condition, long)).toBe('Always');
    expect(() => observation(architecture, initial, condition, word)).toThrow(
      'unsupported: 32 bits of the value 4294967298',
    );
  });
});

it('AArch64 refuses 32 bits of an address', () => {
  const load = (target: string): string =>
    observation('AArch64', 'p=x; 0:X1=p;', '0:X0=x', `LDR ${target},[X1]`);
  expect(load('X0')).toBe('Always');
  expect(() => load('W0')).toThrow('unsupported: 32 bits of the value x');
});

describe('shifts and single bits', () => {
  it.each([
    ['AArch64', 'MOV W1,#5; LSL W0,W1,#3', '0:X0=40'],
    ['AArch64', 'MOV W1,#40; LSR W0,W1,#3', '0:X0=5'],
    ['AArch64', 'MOV X1,#-5; ASR X0,X1,#1', '0:X0=-3'],
    ['AArch64', 'MOVZ X0,#3,LSL #16', '0:X0=196608'],
    ['AArch64', 'MOV W1,#4; TBZ W1,#2,L; MOV W0,#1; L:', '0:X0=1'],
    ['AArch64', 'MOV W1,#4; TBNZ W1,#2,L; MOV W0,#1; L:', '0:X0=0'],
    ['AArch64', 'MOV W1,#-1; TBZ W1,#31,L; MOV W0,#1; L:', '0:X0=1'],
    ['RISCV', 'li x1,5; slli x2,x1,3; srli x3,x2,2', '0:x2=40 /\\ 0:x3=10'],
    ['RISCV', 'li x1,-5; srai x2,x1,1; lui x3,1', '0:x2=-3 /\\ 0:x3=4096'],
    ['PPC', 'lis r1,1', '0:r1=65536'],
  ])('%s: %s', (architecture, code, condition) => {
    expect(observation(architecture, '', condition, code)).toBe('Always');
  });

  it.each([
    ['AArch64', 'MOV X1,#1; LSL X0,X1,#32'],
    ['AArch64', 'MOV X1,#1; LSL X0,X1,#31'],
    ['AArch64', 'MOV X1,#-8; LSR X0,X1,#1'],
    ['RISCV', 'li x1,-8; srli x2,x1,1'],
  ])('refuses what goes beyond 32 bits: %s: %s', (architecture, code) => {
    expect(() => observation(architecture, '', 'x=0', code)).toThrow(
      'unsupported: arithmetic beyond 32 bits',
    );
  });

  it('TBZ is a branch that what it tests decides', () => {
    const buffering = (first: string): string =>
      observation(
        'AArch64',
        '0:X0=x; 0:X1=y; 1:X0=x; 1:X1=y;',
        '0:X4=1 /\\ 1:X4=1',
        `LDR W4,[X0]; ${first}; MOV W9,#1; STR W9,[X1]`,
        'LDAR W4,[X1]; MOV W9,#1; STR W9,[X0]',
      );
    expect(buffering('TBZ W4,#1,L; L:')).toBe('Never');
    expect(buffering('NOP')).toBe('Sometimes');
  });
});
