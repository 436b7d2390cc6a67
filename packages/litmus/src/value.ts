/** A number, or the address of a location: its name. */
export type Value = number | string;

/**
 * A value that nothing but copies of itself determine: it may be any. herd7 prints such a one as `S16`, say. It
 * is taken to differ from all others, and no run goes on that computes with it.
 */
export const anyValue: Value = 'S?';

/** The name of the location `index` elements after the one named `base`: `a` and `a[1]`, `a[2]` and so on. */
export function elementOf(base: string, index: number): string {
  const match = /^(.*)\[(-?\d+)\]$/.exec(base);
  const name = match ? match[1]! : base;
  const element = (match ? Number(match[2]) : 0) + index;
  return element === 0 ? name : `${name}[${String(element)}]`;
}

/** A value, and the reads of its thread (by event number) that have a part in it. */
export interface Tainted {
  readonly value: Value;
  readonly from: readonly number[];
  /** Those that have a part in which of several values it is, not in what that value is. */
  readonly picks?: readonly number[];
}

/** The reads that have a part in which value these are, by themselves or by what they have been picked by. */
export function pickedBy(...values: readonly Tainted[]): readonly number[] {
  return values.reduce<readonly number[]>(
    (reads, { from, picks }) => unionOf(unionOf(reads, from), picks ?? []),
    [],
  );
}

/** A value with the dependencies of two that it is made of. */
export function madeOf(value: Value, first: Tainted, second: Tainted): Tainted {
  const picks = unionOf(first.picks ?? [], second.picks ?? []);
  const from = unionOf(first.from, second.from);
  return picks.length === 0 ? { value, from } : { value, from, picks };
}

export function constant(value: Value): Tainted {
  return { value, from: [] };
}

export function unionOf(first: readonly number[], second: readonly number[]): readonly number[] {
  if (first.length === 0) return second;
  if (second.length === 0) return first;
  return [...new Set([...first, ...second])];
}

const operations: Readonly<Record<string, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => Math.trunc(a / b),
  '&': (a, b) => a & b,
  '&~': (a, b) => a & ~b,
  '|': (a, b) => a | b,
  '^': (a, b) => a ^ b,
  '<<': (a, b) => a * 2 ** b,
  '>>': (a, b) => Math.floor(a / 2 ** b),
  // What comes in from the left of a negative number depends on the register's width.
  '>>>': (a, b) => (a < 0 ? NaN : Math.floor(a / 2 ** b)),
  '<': (a, b) => Number(a < b),
  '>': (a, b) => Number(a > b),
  '<=': (a, b) => Number(a <= b),
  '>=': (a, b) => Number(a >= b),
};

/** Thrown when values do not admit an operation: two addresses multiplied, say. */
export class OperandError extends Error {}

function isWord(value: number): boolean {
  return (value | 0) === value;
}

/** A C operator or an arithmetic instruction on two values. */
export function operate(operator: string, a: Value, b: Value): Value {
  if (operator === '==') return Number(a === b);
  if (operator === '!=') return Number(a !== b);
  if (operator === '&&') return Number(a !== 0 && b !== 0);
  if (operator === '||') return Number(a !== 0 || b !== 0);
  if (typeof a === 'number' && typeof b === 'number') {
    const operation = operations[operator];
    if (!operation) throw new OperandError(`the operator ${operator}`);
    const result = operation(a, b);
    // Registers differ in how they go on beyond 32 bits, and C leaves it open.
    if (![a, b, result].every(isWord)) {
      throw new OperandError(`arithmetic beyond 32 bits: ${String(a)} ${operator} ${String(b)}`);
    }
    return result;
  }
  if (a !== b && [a, b].includes(anyValue)) throw new OperandError('a value that may be any');
  // An address xor or minus itself is zero: how tests make a dependency that changes nothing.
  if (a === b && (operator === '^' || operator === '-')) return 0;
  if (a === b && (operator === '&' || operator === '|')) return a;
  if (b === 0 && ['+', '-', '|', '^'].includes(operator)) return a;
  if (a === 0 && ['+', '|', '^'].includes(operator)) return b;
  if (a === 0 || b === 0) if (operator === '&' || operator === '*') return 0;
  throw new OperandError(`the operands of ${String(a)} ${operator} ${String(b)}`);
}
