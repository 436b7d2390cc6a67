import { type Tag } from '@pagerace/memory-models/reference';

import { constant, type Tainted } from '../value.js';
import {
  computation,
  type Cpu,
  immediate,
  type Instruction,
  type InstructionSet,
} from './machine.js';

const register = (text: string): string => text.toLowerCase().replace(/^(\d+)$/, 'r$1');
const isRegister = (text: string | undefined): boolean => /^r\d+$/i.test(text ?? '');

/** `0(r2)`. */
function displaced(text: string | undefined): ((cpu: Cpu) => Tainted) | undefined {
  const match = /^(-?\d+)\((r\d+)\)$/i.exec(text ?? '');
  if (!match) return undefined;
  const offset = constant(Number(match[1]));
  return (cpu) => cpu.operate('+', cpu.get(match[2]!), offset);
}

/** Two registers; the first reads as zero if it is r0. */
function indexed(base: string | undefined, index: string | undefined) {
  if (!isRegister(base) || !isRegister(index)) return undefined;
  return (cpu: Cpu): Tainted =>
    cpu.operate('+', register(base!) === 'r0' ? constant(0) : cpu.get(base!), cpu.get(index!));
}

const fences: Readonly<Record<string, Tag>> = {
  sync: 'SYNC',
  hwsync: 'SYNC',
  lwsync: 'LWSYNC',
  eieio: 'EIEIO',
  isync: 'ISYNC',
};
const computations: Readonly<Record<string, string>> = {
  add: '+', and: '&', or: '|', xor: '^', mullw: '*',
}; // prettier-ignore
const immediates: Readonly<Record<string, string>> = { addi: '+', andi: '&', ori: '|', xori: '^' };
const conditions: Readonly<Record<string, string>> = {
  beq: '==', bne: '!=', blt: '<', bgt: '>', ble: '<=', bge: '>=',
}; // prettier-ignore

function decode(mnemonic: string, operands: readonly string[]): Instruction | undefined {
  const [first, second, third] = operands;
  if (mnemonic === 'nop') return () => undefined;
  const fence = fences[mnemonic];
  if (fence) return (cpu) => { cpu.memory.fence(fence); }; // prettier-ignore
  if (mnemonic === 'b') return (cpu) => cpu.branch(first!, true);
  const condition = conditions[mnemonic.replace(/[-+]$/, '')];
  if (condition !== undefined && first !== undefined) {
    return (cpu) => {
      const [left, right] = cpu.compared;
      return cpu.branch(
        operands.at(-1)!,
        cpu.operate(condition, left, right).value === 1,
        left,
        right,
      );
    };
  }
  if (!isRegister(first)) return undefined;

  const number = immediate(operands.at(-1));
  if (mnemonic === 'li' && number !== undefined) return (cpu) => { cpu.put(first!, constant(number)); }; // prettier-ignore
  if (mnemonic === 'lis' && number !== undefined) return (cpu) => { cpu.put(first!, constant(number * 2 ** 16)); }; // prettier-ignore
  if (mnemonic === 'mr' && isRegister(second)) return (cpu) => { cpu.put(first!, cpu.get(second!)); }; // prettier-ignore
  if ((mnemonic === 'cmpwi' || mnemonic === 'cmpdi') && number !== undefined) {
    return (cpu) => { cpu.compared = [cpu.get(first!), constant(number)]; }; // prettier-ignore
  }
  if ((mnemonic === 'cmpw' || mnemonic === 'cmpd') && isRegister(second)) {
    return (cpu) => { cpu.compared = [cpu.get(first!), cpu.get(second!)]; }; // prettier-ignore
  }
  const operator = computations[mnemonic.replace(/\.$/, '')];
  if (operator !== undefined && isRegister(second) && isRegister(third)) {
    return computation(operator, first!, (cpu) => cpu.get(second!), (cpu) => cpu.get(third!)); // prettier-ignore
  }
  if (mnemonic === 'subf' && isRegister(second) && isRegister(third)) {
    return computation('-', first!, (cpu) => cpu.get(third!), (cpu) => cpu.get(second!)); // prettier-ignore
  }
  const withImmediate = immediates[mnemonic.replace(/\.$/, '')];
  if (withImmediate !== undefined && isRegister(second) && number !== undefined) {
    return computation(withImmediate, first!, (cpu) => cpu.get(second!), () => constant(number)); // prettier-ignore
  }

  const access = /^(l|st)(?:w|d)z?(x?)$/.exec(mnemonic);
  const address = access?.[2] ? indexed(second, third) : displaced(second);
  if (access && address) {
    if (access[1] === 'l') return (cpu) => { cpu.put(first!, cpu.memory.read(address(cpu), [])); }; // prettier-ignore
    return (cpu) => { cpu.memory.write(address(cpu), cpu.get(first!), []); }; // prettier-ignore
  }
  const place = indexed(second, third);
  if (!place) return undefined;
  if (mnemonic === 'lwarx' || mnemonic === 'ldarx') {
    return (cpu) => {
      const target = place(cpu);
      const read = cpu.memory.read(target, ['EX']);
      cpu.reservation = { address: target, read };
      cpu.put(first!, read);
    };
  }
  if (mnemonic === 'stwcx.' || mnemonic === 'stdcx.') {
    return (cpu) => {
      const { reservation } = cpu;
      cpu.reservation = undefined;
      const target = place(cpu);
      const succeeds =
        reservation?.address.value === target.value && cpu.memory.choose([true, false]);
      if (succeeds) cpu.memory.write(target, cpu.get(first!), ['EX'], { rmw: reservation.read });
      // It tells its success as a comparison that came out equal.
      cpu.compared = [constant(succeeds ? 0 : 1), constant(0)];
    };
  }
  return undefined;
}

const isWord = (mnemonic: string): boolean => /^(l|st)w|^cmpw|^mullw/.test(mnemonic);

export const power: InstructionSet = {
  register,
  zeroRegisters: new Set(),
  decode,
  isWord,
  hasLongAddresses: false,
};
