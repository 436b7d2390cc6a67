import { type Tag } from '@pagerace/memory-models/reference';

import { constant, type Tainted } from '../value.js';
import {
  computation,
  type Cpu,
  immediate,
  type Instruction,
  type InstructionSet,
} from './machine.js';

const abiNames = [
  'zero', 'ra', 'sp', 'gp', 'tp', 't0', 't1', 't2', 's0', 's1',
  'a0', 'a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'a7',
  's2', 's3', 's4', 's5', 's6', 's7', 's8', 's9', 's10', 's11', 't3', 't4', 't5', 't6',
]; // prettier-ignore

function register(text: string): string {
  const number = abiNames.indexOf(text.toLowerCase());
  return number === -1 ? text.toLowerCase() : `x${String(number)}`;
}
const isRegister = (text: string | undefined): boolean => /^x\d+$/.test(register(text ?? ''));

/** `0(x6)`, `(x6)`. */
function displaced(text: string | undefined): ((cpu: Cpu) => Tainted) | undefined {
  const match = /^(-?\d*)\((\w+)\)$/.exec(text ?? '');
  if (!match || !isRegister(match[2])) return undefined;
  const offset = constant(Number(match[1]));
  return (cpu) => cpu.operate('+', cpu.get(match[2]!), offset);
}

const computations: Readonly<Record<string, string>> = {
  add: '+', sub: '-', and: '&', or: '|', xor: '^', addw: '+', subw: '-',
}; // prettier-ignore
const immediates: Readonly<Record<string, string>> = {
  addi: '+', addiw: '+', andi: '&', ori: '|', xori: '^', slli: '<<', srli: '>>>', srai: '>>',
}; // prettier-ignore
const branches: Readonly<Record<string, string>> = {
  beq: '==', bne: '!=', blt: '<', bge: '>=', bgt: '>', ble: '<=',
}; // prettier-ignore
const atomicOperators: Readonly<Record<string, string>> = {
  add: '+', and: '&', or: '|', xor: '^',
}; // prettier-ignore

/** The tags that `.aq`, `.rl`, `.aqrl` put on one access. */
function ordering(suffix: string | undefined): Tag[] {
  if (suffix === '.aq') return ['Acq'];
  if (suffix === '.rl') return ['Rel'];
  return suffix === '.aqrl' || suffix === '.aq.rl' ? ['AcqRel'] : [];
}

function fence(mnemonic: string, operands: readonly string[]): Instruction | undefined {
  const by = (tag: Tag): Instruction => (cpu) => { cpu.memory.fence(tag); }; // prettier-ignore
  if (mnemonic === 'fence.tso') return by('Fence.tso');
  if (mnemonic === 'fence.i') return by('Fence.i');
  if (mnemonic !== 'fence') return undefined;
  const [before, after] = operands.length === 0 ? ['rw', 'rw'] : operands;
  // Input and output are no accesses to memory.
  const accesses = (text: string | undefined): string =>
    (text ?? '').toLowerCase().replace(/[io]/g, '');
  const [first, second] = [accesses(before), accesses(after)];
  return /^(r|w|rw)$/.test(first) && /^(r|w|rw)$/.test(second)
    ? by(`Fence.${first}.${second}` as Tag)
    : undefined;
}

function decode(mnemonic: string, operands: readonly string[]): Instruction | undefined {
  const [first, second, third] = operands;
  if (mnemonic === 'nop') return () => undefined;
  const asFence = fence(mnemonic, operands);
  if (asFence) return asFence;
  if (mnemonic === 'j') return (cpu) => cpu.branch(first!, true);
  if (!isRegister(first)) return undefined;

  const branch = branches[mnemonic.replace(/z$/, '')];
  if (branch !== undefined) {
    const target = operands.at(-1)!;
    const right = mnemonic.endsWith('z') ? 'x0' : second!;
    return (cpu) => {
      const values = [cpu.get(first!), cpu.get(right)] as const;
      return cpu.branch(target, cpu.operate(branch, ...values).value === 1, ...values);
    };
  }
  const number = immediate(operands.at(-1));
  if (mnemonic === 'li' && number !== undefined) return (cpu) => { cpu.put(first!, constant(number)); }; // prettier-ignore
  if (mnemonic === 'lui' && number !== undefined && number < 2 ** 19) {
    return (cpu) => { cpu.put(first!, constant(number * 2 ** 12)); }; // prettier-ignore
  }
  if (mnemonic === 'mv' && isRegister(second)) return (cpu) => { cpu.put(first!, cpu.get(second!)); }; // prettier-ignore
  const operator = computations[mnemonic];
  if (operator !== undefined && isRegister(second) && isRegister(third)) {
    return computation(operator, first!, (cpu) => cpu.get(second!), (cpu) => cpu.get(third!)); // prettier-ignore
  }
  const withImmediate = immediates[mnemonic];
  if (withImmediate !== undefined && isRegister(second) && number !== undefined) {
    return computation(withImmediate, first!, (cpu) => cpu.get(second!), () => constant(number)); // prettier-ignore
  }

  const access = /^(l|s)[wd](\.aq|\.rl|\.aqrl|\.aq\.rl)?$/.exec(mnemonic);
  const address = displaced(operands.at(-1));
  if (!address) return undefined;
  if (access && operands.length === 2) {
    const tags = ordering(access[2]);
    if (access[1] === 'l') return (cpu) => { cpu.put(first!, cpu.memory.read(address(cpu), tags)); }; // prettier-ignore
    return (cpu) => { cpu.memory.write(address(cpu), cpu.get(first!), tags); }; // prettier-ignore
  }
  const reserved = /^(lr|sc)\.[wd](\.aq|\.rl|\.aqrl|\.aq\.rl)?$/.exec(mnemonic);
  if (reserved) {
    const tags: Tag[] = ['EX', ...ordering(reserved[2])];
    if (reserved[1] === 'lr') {
      return (cpu) => {
        const target = address(cpu);
        const read = cpu.memory.read(target, tags);
        cpu.reservation = { address: target, read };
        cpu.put(first!, read);
      };
    }
    return (cpu) => {
      const { reservation } = cpu;
      cpu.reservation = undefined;
      const target = address(cpu);
      const succeeds =
        reservation?.address.value === target.value && cpu.memory.choose([true, false]);
      if (succeeds) cpu.memory.write(target, cpu.get(second!), tags, { rmw: reservation.read });
      cpu.put(first!, constant(succeeds ? 0 : 1));
    };
  }
  const atomic = /^amo(swap|add|and|or|xor)\.[wd](\.aq|\.rl|\.aqrl|\.aq\.rl)?$/.exec(mnemonic);
  if (!atomic || !isRegister(second)) return undefined;
  const tags: Tag[] = ['X', ...ordering(atomic[2])];
  return (cpu) => {
    const target = address(cpu);
    const given = cpu.get(second!);
    const old = cpu.memory.read(target, tags);
    const swapped = atomic[1] === 'swap';
    const value = swapped ? given : cpu.operate(atomicOperators[atomic[1]!]!, old, given);
    cpu.memory.write(target, value, tags, { rmw: old });
    cpu.put(first!, old);
  };
}

const isWord = (mnemonic: string): boolean =>
  /^(l|s)w\b|^\w+\.w\b|^(add|sub|addi)w$/.test(mnemonic);

export const riscv: InstructionSet = {
  register,
  zeroRegisters: new Set(['x0']),
  decode,
  isWord,
  hasLongAddresses: false,
};
