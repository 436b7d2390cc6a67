import { LitmusSyntaxError, UnsupportedError } from '../errors.js';
import { LoopBound, type ThreadMemory, type ThreadProgram, zero } from '../execution/thread.js';
import {
  anyValue, constant, elementOf, operate, OperandError, type Tainted, unionOf, type Value,
} from '../value.js'; // prettier-ignore
import { primitiveNamed } from './primitives.js';
import { type Expression, type Statement, type ThreadFunction } from './syntax.js';

/** How often a loop's body is run at most; herd7's default. That a run is longer is told by a flag. */
const loopBound = 2;

/** The same of a loop that counts, and whose end no read decides. */
const countedLoopBound = 64;

/** Those of stdatomic.h; C tests are the kernel's here. */
const c11Atomics =
  /^atomic_(\w+_explicit|load|store|exchange|compare_exchange_\w+|(thread|signal)_fence|flag_\w+|init)$/;

/** Makes a thread's function runnable; says at once what in it is not supported. */
export function compileThread(
  file: string,
  code: ThreadFunction,
  initial: ReadonlyMap<string, Value> = new Map(),
): ThreadProgram {
  new Checker(file, code, initial).statements(code.body);
  return (memory) => {
    const run = new Interpreter(file, code, memory, initial);
    run.statements(code.body);
    return run.registers;
  };
}

/** Finds calls of unknown functions and names without a meaning before anything runs. */
class Checker {
  constructor(
    readonly file: string,
    readonly code: ThreadFunction,
    readonly initial: ReadonlyMap<string, Value>,
  ) {}

  statements(list: readonly Statement[]): void {
    for (const statement of list) {
      switch (statement.kind) {
        case 'assign':
          this.expression(statement.to);
          this.expression(statement.value);
          break;
        case 'evaluate':
          this.expression(statement.expression);
          break;
        case 'if':
          this.expression(statement.condition);
          this.statements(statement.then);
          this.statements(statement.otherwise);
          break;
        case 'while':
          this.expression(statement.condition);
          this.statements(statement.body);
      }
    }
  }

  expression(expression: Expression): void {
    switch (expression.kind) {
      case 'number':
        return;
      case 'name':
        if (
          !this.code.registers.has(expression.name) &&
          !this.code.parameters.includes(expression.name) &&
          !this.initial.has(expression.name)
        ) {
          throw new LitmusSyntaxError(
            this.file,
            expression,
            'a parameter or a variable of this thread',
            `'${expression.name}', which is neither declared nor given a value`,
          );
        }
        return;
      case 'dereference':
        this.expression(expression.pointer);
        return;
      case 'address':
        if (expression.of.kind !== 'dereference') {
          throw new UnsupportedError(this.file, expression, 'the address of a local variable');
        }
        this.expression(expression.of);
        return;
      case 'unary':
        this.expression(expression.operand);
        return;
      case 'binary':
        if (
          (expression.operator === '&&' || expression.operator === '||') &&
          accessesMemory(expression.right)
        ) {
          throw new UnsupportedError(
            this.file,
            expression,
            `an access to memory after ${expression.operator}`,
          );
        }
        this.expression(expression.left);
        this.expression(expression.right);
        return;
      case 'call':
        this.call(expression);
    }
  }

  call(call: Expression & { readonly kind: 'call' }): void {
    const primitive = primitiveNamed(call.function);
    if (!primitive) {
      const whose = c11Atomics.test(call.function) ? 'C11 function' : 'function';
      throw new UnsupportedError(this.file, call, `the ${whose} ${call.function}()`);
    }
    const { parameters } = primitive;
    if (call.arguments.length !== parameters.length) {
      throw new LitmusSyntaxError(
        this.file,
        call,
        `${String(parameters.length)} argument${parameters.length === 1 ? '' : 's'} of ${call.function}()`,
        String(call.arguments.length),
      );
    }
    call.arguments.forEach((argument, i) => {
      if (parameters[i] === 'lvalue' && argument.kind !== 'dereference') {
        throw new LitmusSyntaxError(
          this.file,
          argument,
          `an access to memory such as *x as the argument of ${call.function}()`,
          argument.kind === 'name' ? `'${argument.name}'` : 'another expression',
        );
      }
      this.expression(argument);
    });
  }
}

function accessesMemory(expression: Expression): boolean {
  switch (expression.kind) {
    case 'number':
    case 'name':
    case 'address':
      return false;
    case 'dereference':
    case 'call':
      return true;
    case 'unary':
      return accessesMemory(expression.operand);
    case 'binary':
      return accessesMemory(expression.left) || accessesMemory(expression.right);
  }
}

class Interpreter {
  readonly registers = new Map<string, Tainted>();
  readonly #parameters: ReadonlySet<string>;

  constructor(
    readonly file: string,
    readonly code: ThreadFunction,
    readonly memory: ThreadMemory,
    initial: ReadonlyMap<string, Value>,
  ) {
    this.#parameters = new Set(code.parameters);
    for (const [name, value] of initial) this.registers.set(name, constant(value));
  }

  statements(list: readonly Statement[]): void {
    for (const statement of list) this.statement(statement);
  }

  statement(statement: Statement): void {
    switch (statement.kind) {
      case 'evaluate':
        this.expression(statement.expression);
        break;
      case 'assign': {
        const { to } = statement;
        if (to.kind === 'dereference') {
          const value = this.expression(statement.value);
          this.memory.write(this.expression(to.pointer), value, []);
        } else if (to.kind === 'name') {
          this.registers.set(to.name, this.expression(statement.value));
        }
        break;
      }
      case 'if': {
        const condition = this.expression(statement.condition);
        // In C a control dependency ends with the arms of its `if`: what comes afterwards, the compiler
        // may move before it (Documentation/memory-barriers.txt).
        const isTrue = this.memory.decide(condition.value !== 0, condition);
        this.memory.under(condition, () => {
          this.statements(isTrue ? statement.then : statement.otherwise);
        });
        break;
      }
      case 'while':
        if (statement.bodyFirst) this.statements(statement.body);
        this.loop(statement, statement.bodyFirst ? 1 : 0);
    }
  }

  loop(loop: Statement & { readonly kind: 'while' }, done: number): void {
    const condition = this.expression(loop.condition);
    if (!this.memory.decide(condition.value !== 0, condition)) return;
    const isCounted = condition.from.length === 0 && loop.condition.kind !== 'number';
    if (done >= (isCounted ? countedLoopBound : loopBound)) throw new LoopBound();
    this.memory.under(condition, () => {
      this.statements(loop.body);
      this.loop(loop, done + 1);
    });
  }

  expression(expression: Expression): Tainted {
    switch (expression.kind) {
      case 'number':
        return constant(expression.value);
      case 'name':
        if (this.#parameters.has(expression.name)) return constant(expression.name);
        return this.registers.get(expression.name) ?? zero;
      case 'dereference':
        return this.memory.read(this.expression(expression.pointer), []);
      case 'address':
        return this.addressOf(expression.of);
      case 'unary': {
        const { value, from } = this.expression(expression.operand);
        if (expression.operator === '!') return { value: Number(value === 0), from };
        const [operator, left] = expression.operator === '-' ? ['-', 0] : ['^', -1];
        return { value: this.operate(expression, operator, left, value), from };
      }
      case 'binary': {
        const left = this.expression(expression.left);
        const right = this.expression(expression.right);
        const from = unionOf(left.from, right.from);
        return {
          value: this.operate(expression, expression.operator, left.value, right.value),
          from,
        };
      }
      case 'call': {
        const primitive = primitiveNamed(expression.function)!;
        const values = expression.arguments.map((argument, i) =>
          primitive.parameters[i] === 'lvalue'
            ? this.addressOf(argument)
            : this.expression(argument),
        );
        return primitive.run(this.memory, ...values);
      }
    }
  }

  addressOf(expression: Expression): Tainted {
    return expression.kind === 'dereference' ? this.expression(expression.pointer) : zero;
  }

  operate(place: Expression, operator: string, left: Value, right: Value): Value {
    // An index counts elements: `a + 1` is `&a[1]`.
    const isAddress = (value: Value): value is string =>
      typeof value === 'string' && value !== anyValue;
    if (operator === '+' && isAddress(left) && typeof right === 'number')
      return elementOf(left, right);
    if (operator === '+' && typeof left === 'number' && isAddress(right))
      return elementOf(right, left);
    if (operator === '-' && isAddress(left) && typeof right === 'number')
      return elementOf(left, -right);
    try {
      return operate(operator, left, right);
    } catch (error) {
      if (error instanceof OperandError)
        throw new UnsupportedError(this.file, place, error.message);
      throw error;
    }
  }
}
