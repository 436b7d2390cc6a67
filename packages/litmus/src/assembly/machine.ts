import { LitmusSyntaxError, type Position, UnsupportedError } from '../errors.js';
import { LoopBound, type ThreadMemory, type ThreadProgram, zero } from '../execution/thread.js';
import {
  constant, madeOf, operate, OperandError, type Tainted, unionOf, type Value,
} from '../value.js'; // prettier-ignore

/** How often an instruction is run at most; that a run is longer is told by a flag. */
const loopBound = 3;

/** How often a branch may be taken in loops that do nothing but count. */
const countedLoopBound = 64;

/** One cell of the table of instructions. */
export interface Line {
  readonly text: string;
  readonly position: Position;
}

/** What an instruction does; it returns the label to go on at, if it branches. */
export type Instruction = (cpu: Cpu) => string | undefined;

/** An instruction set, as far as litmus tests use it. */
export interface InstructionSet {
  /** One spelling for each register, as conditions and initial states name them. */
  readonly register: (text: string) => string;
  /** Registers that always read as zero. */
  readonly zeroRegisters: ReadonlySet<string>;
  /** Undefined if it is not known. */
  readonly decode: (mnemonic: string, operands: readonly string[]) => Instruction | undefined;
  /** Whether an instruction deals with 32 bits of its registers and of memory. */
  readonly isWord: (mnemonic: string, operands: readonly string[]) => boolean;
  /** Whether no address fits into 32 bits. */
  readonly hasLongAddresses: boolean;
}

/** A thread's registers, and the way to memory. */
export class Cpu {
  readonly registers = new Map<string, Tainted>();
  /** What the last comparison compared. */
  compared: readonly [Tainted, Tainted] = [zero, zero];
  /** The read of the last load-exclusive: its address, and what it returned. */
  reservation: { readonly address: Tainted; readonly read: Tainted } | undefined;
  /** Whether the instruction being run deals with 32 bits. */
  isOnWords = false;
  /** Whether a register may hold more than 32 bits; as long as none does, no value is asked for. */
  mayHoldMore = false;

  constructor(
    readonly set: InstructionSet,
    readonly memory: ThreadMemory,
    initial: ReadonlyMap<string, Value>,
  ) {
    for (const [name, value] of initial) this.put(name, constant(value));
  }

  get(register: string): Tainted {
    const name = this.set.register(register);
    const value = this.set.zeroRegisters.has(name) ? zero : (this.registers.get(name) ?? zero);
    if (this.isOnWords && this.mayHoldMore) expectWord(value.value);
    return value;
  }

  put(register: string, value: Tainted): void {
    const name = this.set.register(register);
    if (value.from.length === 0 && isBeyondWord(value.value)) this.mayHoldMore = true;
    if (this.isOnWords && this.mayHoldMore) expectWord(value.value);
    if (!this.set.zeroRegisters.has(name)) this.registers.set(name, value);
  }

  operate(operator: string, left: Tainted, right: Tainted): Tainted {
    return madeOf(operate(operator, left.value, right.value), left, right);
  }

  /** Takes a branch or not; whatever follows depends on what decided it. */
  branch(label: string, taken: boolean, ...deciding: readonly Tainted[]): string | undefined {
    const { memory } = this;
    const decision = memory.decide(taken, ...deciding);
    for (const { from, picks } of deciding) {
      memory.control = unionOf(memory.control, from);
      memory.pickedControl = unionOf(memory.pickedControl, picks ?? []);
    }
    return decision ? label : undefined;
  }
}

/** Makes a thread's instructions runnable. */
export function assemble(
  file: string,
  set: InstructionSet,
  lines: readonly Line[],
  initial: ReadonlyMap<string, Value>,
): ThreadProgram {
  const labels = new Map<string, number>();
  const code: { readonly run: Instruction; readonly isWord: boolean; readonly line: Line }[] = [];
  for (const line of lines) {
    let { text } = line;
    for (;;) {
      const label = /^([A-Za-z_.][\w.]*):\s*/.exec(text);
      if (!label) break;
      labels.set(label[1]!, code.length);
      text = text.slice(label[0].length);
    }
    if (text === '') continue;
    const [, mnemonic, rest] = /^(\S+)\s*(.*)$/.exec(text)!;
    const decoded = [mnemonic!.toLowerCase(), splitOperands(rest!)] as const;
    const run = set.decode(...decoded);
    if (!run) throw new UnsupportedError(file, line.position, `the instruction '${text}'`);
    code.push({ run, isWord: set.isWord(...decoded), line });
  }

  return (memory) => {
    const cpu = new Cpu(set, memory, initial);
    const visits = new Map<number, number>();
    let counted = 0;
    let eventsBefore = 0;
    for (let at = 0; at < code.length;) {
      const times = (visits.get(at) ?? 0) + 1;
      if (times > loopBound) throw new LoopBound();
      visits.set(at, times);
      const { run, isWord, line } = code[at]!;
      const target = step(file, line, () => runWithin(isWord, run, cpu));
      if (target === undefined) at++;
      else if (labels.has(target)) {
        at = labels.get(target)!;
        // There is one way to go on, as long as memory is left alone.
        if (memory.events.length === eventsBefore && ++counted <= countedLoopBound) visits.clear();
        eventsBefore = memory.events.length;
      } else if (/^\.[+-]/.test(target))
        throw new UnsupportedError(file, line.position, `the branch to ${target}`);
      else
        throw new LitmusSyntaxError(file, line.position, 'a label of this thread', `'${target}'`);
    }
    return cpu.registers;
  };
}

function step(file: string, line: Line, run: () => string | undefined): string | undefined {
  try {
    return run();
  } catch (error) {
    if (error instanceof OperandError)
      throw new UnsupportedError(file, line.position, error.message);
    throw error;
  }
}

/** Runs an instruction; what would have it take or leave 32 bits of more is not supported. */
function runWithin(isWord: boolean, run: Instruction, cpu: Cpu): string | undefined {
  const { memory } = cpu;
  const before = memory.events.length;
  cpu.isOnWords = isWord;
  const target = run(cpu) ?? undefined;
  for (const { location } of memory.events.slice(before)) {
    const values = location === undefined ? [] : memory.valuesAt(location);
    const beyond = values.filter(isBeyondWord);
    const addresses = cpu.set.hasLongAddresses ? values.filter(isAddress) : [];
    if (isWord) [...beyond, ...addresses].forEach(refuseHalf);
    cpu.mayHoldMore ||= beyond.length > 0;
  }
  return target;
}

function isBeyondWord(value: Value): boolean {
  return typeof value === 'number' && (value < -(2 ** 31) || value >= 2 ** 32);
}

function isAddress(value: Value): boolean {
  return typeof value === 'string';
}

function expectWord(value: Value): void {
  if (isBeyondWord(value)) refuseHalf(value);
}

function refuseHalf(value: Value): never {
  throw new OperandError(`32 bits of the value ${String(value)}`);
}

/** `W1,[X0,W2,SXTW]` is `W1` and `[X0,W2,SXTW]`. */
function splitOperands(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let part = '';
  for (const character of text) {
    if (character === '[' || character === '(') depth++;
    if (character === ']' || character === ')') depth--;
    if (character === ',' && depth === 0) {
      parts.push(part.trim());
      part = '';
    } else part += character;
  }
  if (part.trim() !== '') parts.push(part.trim());
  return parts;
}

/** A number as instructions write it: `#1`, `$1`, `0x10`, `-4`. */
export function immediate(text: string | undefined): number | undefined {
  const digits = /^[#$]?(-?(?:0x[0-9a-f]+|\d+))$/i.exec(text ?? '')?.[1];
  if (digits === undefined) return undefined;
  return digits.startsWith('-') ? -Number(digits.slice(1)) : Number(digits);
}

/** Table of instructions that compute one register from two operands. */
export function computation(
  operator: string,
  target: string,
  left: (cpu: Cpu) => Tainted,
  right: (cpu: Cpu) => Tainted,
): Instruction {
  return (cpu) => {
    cpu.put(target, cpu.operate(operator, left(cpu), right(cpu)));
  };
}
