import { type Tag } from '@pagerace/memory-models/reference';

import { constant, pickedBy, type Tainted, unionOf } from '../value.js';
import { type Cpu, immediate, type Instruction, type InstructionSet } from './machine.js';

/** `W1` and `X1` are one register, named X1. */
function register(text: string): string {
  const upper = text.toUpperCase();
  return /^W(\d+|ZR)$/.test(upper) ? `X${upper.slice(1)}` : upper;
}

const isRegister = (text: string | undefined): boolean =>
  /^[XW](\d+|ZR)$/.test((text ?? '').toUpperCase());
const isZero = (text: string): boolean => register(text) === 'XZR';

/** A register or `#1`. */
function operand(text: string | undefined): ((cpu: Cpu) => Tainted) | undefined {
  const number = immediate(text);
  if (number !== undefined) return () => constant(number);
  return isRegister(text) ? (cpu) => cpu.get(text!) : undefined;
}

/** `[X0]`, `[X0,#4]`, `[X0,W1,SXTW]`. */
function addressed(text: string | undefined): ((cpu: Cpu) => Tainted) | undefined {
  const inner = /^\[([^\]]*)\]$/
    .exec(text ?? '')?.[1]
    ?.split(',')
    .map((part) => part.trim());
  if (!inner || !isRegister(inner[0]) || inner.length > 3) return undefined;
  if (inner[2] !== undefined && !/^(SXTW|UXTW|LSL)( #\d+)?$/i.test(inner[2])) return undefined;
  const [base, index] = inner;
  if (index === undefined) return (cpu) => cpu.get(base!);
  const offset = operand(index);
  return offset && ((cpu) => cpu.operate('+', cpu.get(base!), offset(cpu)));
}

const barriers = /^(SY|LD|ST|(ISH|OSH|NSH)(LD|ST)?)$/;
const computations: Readonly<Record<string, string>> = {
  add: '+', sub: '-', eor: '^', and: '&', orr: '|', bic: '&~', lsl: '<<', lsr: '>>>', asr: '>>', mul: '*',
  adds: '+', subs: '-', ands: '&',
}; // prettier-ignore
const conditions: Readonly<Record<string, string>> = {
  eq: '==', ne: '!=', lt: '<', gt: '>', le: '<=', ge: '>=',
}; // prettier-ignore
const atomicOperators: Readonly<Record<string, string>> = {
  add: '+', clr: '&~', eor: '^', set: '|',
}; // prettier-ignore

/** The A and L of a mnemonic's end. */
function orders(suffix: string | undefined): { read: Tag[]; write: Tag[] } {
  return {
    read: suffix?.includes('a') ? ['A', 'X'] : ['X'],
    write: suffix?.includes('l') ? ['L', 'X'] : ['X'],
  };
}

/** Of a read whose value nobody gets to see: it is no load in the sense of a barrier, nor can it acquire. */
function unseen(read: readonly Tag[]): Tag[] {
  return [...read.filter((tag) => tag !== 'A'), 'NoRet'];
}

/** A single-instruction read-modify-write. */
function atomic(
  suffix: string | undefined,
  address: (cpu: Cpu) => Tainted,
  change: (cpu: Cpu, old: Tainted) => Tainted,
  result: string | undefined,
): Instruction {
  const { read, write } = orders(suffix);
  const unused = result === undefined || isZero(result);
  return (cpu) => {
    const target = address(cpu);
    const tags = unused ? unseen(read) : read;
    const old = cpu.memory.read(target, tags);
    cpu.memory.write(target, change(cpu, old), write, { rmw: old });
    if (result !== undefined) cpu.put(result, old);
  };
}

function decode(mnemonic: string, operands: readonly string[]): Instruction | undefined {
  const [first, second, third] = operands;
  const upper = (first ?? '').toUpperCase();

  if (mnemonic === 'nop') return () => undefined;
  if (mnemonic === 'isb') return (cpu) => { cpu.memory.fence('ISB'); }; // prettier-ignore
  if ((mnemonic === 'dmb' || mnemonic === 'dsb') && barriers.test(upper)) {
    return (cpu) => { cpu.memory.fence(`${mnemonic.toUpperCase()}.${upper}` as Tag); }; // prettier-ignore
  }

  if (mnemonic === 'b') return (cpu) => cpu.branch(first!, true);
  const condition = conditions[/^b\.?(..)$/.exec(mnemonic)?.[1] ?? ''];
  if (condition !== undefined) {
    return (cpu) => {
      const [left, right] = cpu.compared;
      return cpu.branch(first!, cpu.operate(condition, left, right).value === 1, left, right);
    };
  }
  if (!isRegister(first)) return atomicInstruction(mnemonic, operands);
  if ((mnemonic === 'cbz' || mnemonic === 'cbnz') && second !== undefined) {
    return (cpu) => {
      const value = cpu.get(first!);
      return cpu.branch(second, (value.value === 0) === (mnemonic === 'cbz'), value);
    };
  }
  const bit = immediate(second);
  if ((mnemonic === 'tbz' || mnemonic === 'tbnz') && bit !== undefined && third !== undefined) {
    return (cpu) => {
      const value = cpu.get(first!);
      const masked = cpu.operate('&', cpu.operate('>>', value, constant(bit)), constant(1));
      return cpu.branch(third, (masked.value === 0) === (mnemonic === 'tbz'), value);
    };
  }
  const source = operand(second);
  if (mnemonic === 'movz' && bit !== undefined) {
    const shift = /^LSL #(0|16|32)$/i.exec(third ?? 'LSL #0')?.[1];
    if (shift === undefined) return undefined;
    return (cpu) => { cpu.put(first!, constant(bit * 2 ** Number(shift))); }; // prettier-ignore
  }
  if (mnemonic === 'cmp' && source && operands.length === 2) {
    return (cpu) => { cpu.compared = [cpu.get(first!), source(cpu)]; }; // prettier-ignore
  }
  if (mnemonic === 'mov' && source && operands.length === 2) {
    return (cpu) => { cpu.put(first!, source(cpu)); }; // prettier-ignore
  }
  const choice = selection(mnemonic, operands);
  if (choice) return choice;
  const operator = computations[mnemonic];
  const right = operand(third);
  if (operator !== undefined && source && right && operands.length <= 4) {
    const shift = operands[3];
    if (shift !== undefined && !/^(SXTW|UXTW)$/i.test(shift)) return undefined;
    return (cpu) => {
      const result = cpu.operate(operator, source(cpu), right(cpu));
      cpu.put(first!, result);
      if (mnemonic.endsWith('s')) cpu.compared = [result, constant(0)];
    };
  }

  const address = operands.length === 2 ? addressed(second) : undefined;
  const load = ({ ldr: [], ldur: [], ldar: ['A'], ldapr: ['Q'] } as Record<string, Tag[]>)[
    mnemonic
  ];
  if (load && address) return (cpu) => { cpu.put(first!, cpu.memory.read(address(cpu), load)); }; // prettier-ignore
  const store = ({ str: [], stur: [], stlr: ['L'] } as Record<string, Tag[]>)[mnemonic];
  if (store && address) return (cpu) => { cpu.memory.write(address(cpu), cpu.get(first!), store); }; // prettier-ignore
  const exclusive = ({ ldxr: ['EX'], ldaxr: ['A', 'EX'] } as Record<string, Tag[]>)[mnemonic];
  if (exclusive && address) {
    return (cpu) => {
      const target = address(cpu);
      const read = cpu.memory.read(target, exclusive);
      cpu.reservation = { address: target, read };
      cpu.put(first!, read);
    };
  }
  return atomicInstruction(mnemonic, operands);
}

/** CSEL and its like: which of two values it takes depends on the comparison, but not the value itself. */
function selection(mnemonic: string, operands: readonly string[]): Instruction | undefined {
  const step = { csel: undefined, csinc: 1 }[mnemonic as 'csel' | 'csinc'];
  const isSet = mnemonic === 'cset';
  if (mnemonic !== 'csel' && mnemonic !== 'csinc' && !isSet) return undefined;
  const [target, whenTrue, whenFalse] = operands;
  const condition = conditions[operands.at(-1)!.toLowerCase()];
  if (condition === undefined || operands.length !== (isSet ? 2 : 4)) return undefined;
  if (!isSet && (!isRegister(whenTrue) || !isRegister(whenFalse))) return undefined;
  return (cpu) => {
    const [left, right] = cpu.compared;
    const holds = cpu.operate(condition, left, right).value === 1;
    const isTrue = cpu.memory.decide(holds, left, right);
    let taken: Tainted;
    if (isSet) taken = constant(isTrue ? 1 : 0);
    else {
      taken = cpu.get(isTrue ? whenTrue! : whenFalse!);
      if (!isTrue && step !== undefined) taken = cpu.operate('+', taken, constant(step));
    }
    cpu.put(target!, { ...taken, picks: unionOf(taken.picks ?? [], pickedBy(left, right)) });
  };
}

function atomicInstruction(mnemonic: string, operands: readonly string[]): Instruction | undefined {
  const [first, second, third] = operands;
  if (!isRegister(first)) return undefined;
  if (mnemonic === 'stxr' || mnemonic === 'stlxr') {
    const address = addressed(third);
    if (!address || !isRegister(second)) return undefined;
    const tags: Tag[] = mnemonic === 'stlxr' ? ['L', 'EX'] : ['EX'];
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
  const [, name, suffix] =
    /^(swp|cas|ld(?:add|clr|eor|set)|st(?:add|clr|eor|set))(a|l|al)?$/.exec(mnemonic) ?? [];
  if (name === undefined) return undefined;
  if (name.startsWith('st')) {
    const address = addressed(second);
    const operator = atomicOperators[name.slice(2)]!;
    return (
      address &&
      atomic(suffix, address, (cpu, old) => cpu.operate(operator, old, cpu.get(first!)), undefined)
    );
  }
  const address = addressed(third);
  if (!address || !isRegister(second)) return undefined;
  if (name === 'swp') return atomic(suffix, address, (cpu) => cpu.get(first!), second);
  if (name === 'cas') {
    const { read, write } = orders(suffix);
    const tags = isZero(first!) ? unseen(read) : read;
    return (cpu) => {
      const target = address(cpu);
      const expected = cpu.get(first!);
      const desired = cpu.get(second!);
      const old = cpu.memory.read(target, tags);
      const succeeds = cpu.memory.decide(old.value === expected.value, old, expected);
      if (!succeeds) {
        cpu.put(first!, old);
        return;
      }
      // What it compares picks whether it writes.
      const picks = unionOf(desired.picks ?? [], pickedBy(old, expected));
      cpu.memory.write(target, { ...desired, picks }, write, { rmw: old });
      // Both are equal: it may keep the one and let the other pick it, or load the other.
      const kept = { ...expected, picks: unionOf(expected.picks ?? [], pickedBy(old)) };
      cpu.put(first!, cpu.memory.choose([kept, old]));
    };
  }
  const operator = atomicOperators[name.slice(2)]!;
  return atomic(suffix, address, (cpu, old) => cpu.operate(operator, old, cpu.get(first!)), second);
}

/** The register tells; a store-exclusive names that of its status before it. */
function isWord(mnemonic: string, [first, second]: readonly string[]): boolean {
  return /^W/i.test((/^stl?xr$/.test(mnemonic) ? second : first) ?? '');
}

export const aarch64: InstructionSet = {
  register, zeroRegisters: new Set(['XZR']), decode, isWord, hasLongAddresses: true,
}; // prettier-ignore
