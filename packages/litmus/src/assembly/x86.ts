import { type Tag } from '@pagerace/memory-models/reference';

import { constant, type Tainted } from '../value.js';
import { type Cpu, immediate, type Instruction, type InstructionSet } from './machine.js';

const legacy = /^[er]?([abcd])x$|^[er]?(si|di|bp|sp)$/;

/** `%eax`, `EAX` and `%rax` are one register, named rax; `%r8d` is r8. */
function register(text: string): string {
  const name = text.replace(/^%/, '').toLowerCase();
  const match = legacy.exec(name);
  if (match) return match[1] === undefined ? `r${match[2]!}` : `r${match[1]}x`;
  return name.replace(/^(r\d+)[dwb]$/, '$1');
}
const isRegister = (text: string): boolean =>
  /^r([abcd]x|si|di|bp|sp|\d+)$/.test(register(text)) && !/^[[(]/.test(text);

/** Where an operand is; undefined if it is not understood. */
type Operand =
  | { readonly kind: 'value'; readonly get: (cpu: Cpu) => Tainted }
  | { readonly kind: 'register'; readonly name: string; readonly get: (cpu: Cpu) => Tainted }
  | { readonly kind: 'memory'; readonly address: (cpu: Cpu) => Tainted };

function operand(text: string | undefined): Operand | undefined {
  if (text === undefined) return undefined;
  const number = immediate(text);
  if (number !== undefined) return { kind: 'value', get: () => constant(number) };
  if (isRegister(text)) return { kind: 'register', name: text, get: (cpu) => cpu.get(text) };
  const match = /^(-?\w*)\((%?\w+)\)$/.exec(text) ?? /^()\[(\w+)\]$/.exec(text);
  if (!match) return undefined;
  const [, before, inside] = match;
  // x(%rip) is the location x; otherwise what stands before is an offset.
  if (/^%rip$/i.test(inside!)) return { kind: 'memory', address: () => constant(before!) };
  if (!isRegister(inside!)) return { kind: 'memory', address: () => constant(inside!) };
  const offset = constant(Number(before === '' ? 0 : before));
  return { kind: 'memory', address: (cpu) => cpu.operate('+', cpu.get(inside!), offset) };
}

const fences: Readonly<Record<string, Tag>> = {
  mfence: 'MFENCE',
  lfence: 'LFENCE',
  sfence: 'SFENCE',
};
const computations: Readonly<Record<string, string>> = {
  add: '+', sub: '-', and: '&', or: '|', xor: '^',
}; // prettier-ignore
const jumps: Readonly<Record<string, string>> = {
  je: '==', jz: '==', jne: '!=', jnz: '!=', jl: '<', jg: '>', jle: '<=', jge: '>=',
}; // prettier-ignore

function read(cpu: Cpu, from: Operand, tags: readonly Tag[] = []): Tainted {
  return from.kind === 'memory' ? cpu.memory.read(from.address(cpu), tags) : from.get(cpu);
}

/** Changes an operand in place; in memory by a read and a write, which a lock prefix makes one. */
function modify(
  to: Operand,
  locked: boolean,
  change: (cpu: Cpu, old: Tainted) => Tainted | undefined,
  then: (cpu: Cpu, old: Tainted, changed: Tainted | undefined) => void = () => undefined,
): Instruction {
  const tags: Tag[] = locked ? ['X'] : [];
  return (cpu) => {
    if (to.kind === 'memory') {
      const address = to.address(cpu);
      const old = cpu.memory.read(address, tags);
      const changed = change(cpu, old);
      if (changed) cpu.memory.write(address, changed, tags, locked ? { rmw: old } : {});
      then(cpu, old, changed);
    } else {
      const old = to.get(cpu);
      const changed = change(cpu, old);
      if (changed && to.kind === 'register') cpu.put(to.name, changed);
      then(cpu, old, changed);
    }
  };
}

function decode(mnemonic: string, operands: readonly string[]): Instruction | undefined {
  if (mnemonic === 'lock' || mnemonic === 'lock;') {
    const [head, ...rest] = operands;
    const match = /^(\w+)\s+(.*)$/.exec(head ?? '');
    return match ? decodeOne(match[1]!.toLowerCase(), [match[2]!, ...rest], true) : undefined;
  }
  return decodeOne(mnemonic, operands, false);
}

function decodeOne(
  mnemonic: string,
  operands: readonly string[],
  locked: boolean,
): Instruction | undefined {
  const fence = fences[mnemonic];
  if (fence) return (cpu) => { cpu.memory.fence(fence); }; // prettier-ignore
  if (mnemonic === 'nop') return () => undefined;
  if (mnemonic === 'jmp') return (cpu) => cpu.branch(operands[0]!, true);
  const condition = jumps[mnemonic];
  if (condition !== undefined) {
    return (cpu) => {
      const [left, right] = cpu.compared;
      return cpu.branch(operands[0]!, cpu.operate(condition, left, right).value === 1, left, right);
    };
  }

  // AT&T syntax names the source first, Intel syntax the target.
  const isAtt = operands.some((text) => text.includes('%') || text.includes('('));
  const ordered = isAtt ? [...operands].reverse() : operands;
  const to = operand(ordered[0]);
  const name = mnemonic.replace(/[lqwb]$/, '');
  const base =
    computations[mnemonic] ||
    ['mov', 'xchg', 'cmp', 'inc', 'dec', 'xadd', 'cmpxchg'].includes(mnemonic)
      ? mnemonic
      : name;
  if (!to) return undefined;
  if (base === 'inc' || base === 'dec') {
    const operator = base === 'inc' ? '+' : '-';
    return modify(to, locked, (cpu, old) => cpu.operate(operator, old, constant(1)));
  }
  const from = operand(ordered[1]);
  if (!from || (to.kind === 'memory' && from.kind === 'memory')) return undefined;
  if (base === 'mov' && !locked) {
    if (to.kind === 'memory') return (cpu) => { cpu.memory.write(to.address(cpu), read(cpu, from), []); }; // prettier-ignore
    if (to.kind === 'register') return (cpu) => { cpu.put(to.name, read(cpu, from)); }; // prettier-ignore
    return undefined;
  }
  if (base === 'cmp' && !locked) return (cpu) => { cpu.compared = [read(cpu, to), read(cpu, from)]; }; // prettier-ignore
  const operator = computations[base];
  if (operator !== undefined)
    return modify(to, locked, (cpu, old) => cpu.operate(operator, old, read(cpu, from)));
  // xchg with memory is locked by itself, and may name it on either side.
  if (base === 'xchg') {
    const [memory, other] = to.kind === 'memory' ? [to, from] : [from, to];
    if (other.kind !== 'register') return undefined;
    return modify(memory, true, (cpu) => other.get(cpu), (cpu, old) => { cpu.put(other.name, old); }); // prettier-ignore
  }
  if (from.kind !== 'register') return undefined;
  if (base === 'xadd') {
    return modify(to, locked, (cpu, old) => cpu.operate('+', old, from.get(cpu)), (cpu, old) => {
      cpu.put(from.name, old);
    }); // prettier-ignore
  }
  if (base === 'cmpxchg') {
    return modify(
      to,
      locked,
      (cpu, old) => (old.value === cpu.get('rax').value ? from.get(cpu) : undefined),
      (cpu, old, changed) => {
        cpu.compared = [old, cpu.get('rax')];
        if (!changed) cpu.put('rax', old);
      },
    );
  }
  return undefined;
}

/** Neither a suffix nor a register beside the address says that it deals with 64 bits. */
function isWord(mnemonic: string, operands: readonly string[]): boolean {
  const text = [mnemonic, ...operands].join(' ').replace(/\([^)]*\)|\[[^\]]*\]/g, '');
  return !/\w{2}q(?!\w)|(?<!\w)r([a-d]x|[sd]i|[sb]p|\d+)(?!\w)/i.test(text);
}

export const x86: InstructionSet = {
  register,
  zeroRegisters: new Set(),
  decode,
  isWord,
  hasLongAddresses: false,
};
