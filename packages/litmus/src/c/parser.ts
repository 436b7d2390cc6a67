import { type Lexer, mostNested, type Token } from '../text/lexer.js';
import { type Expression, type Statement, type ThreadFunction } from './syntax.js';

const typeWords = new Set(
  'void int char short long unsigned signed volatile const struct union __rcu _Bool bool'.split(
    ' ',
  ),
);
const isTypeName = (text: string): boolean =>
  typeWords.has(text) ||
  /^(?:[us](?:8|16|32|64)|\w+_t|atomic_(?:bool|u?(?:char|short|int|long|llong)))$/.test(text);

/** Words of C that have no meaning here: met as a statement, they are named in an error. */
const foreignWords = new Set('switch goto break continue asm typeof sizeof'.split(' '));

const precedence: Readonly<Record<string, number>> = {
  '||': 1, '&&': 2, '|': 3, '^': 4, '&': 5, '==': 6, '!=': 6, '<': 7, '>': 7, '<=': 7, '>=': 7,
  '<<': 8, '>>': 8, '+': 9, '-': 9, '*': 10, '/': 10, '%': 10,
}; // prettier-ignore

/** A type at the start of a declaration, a parameter or a cast; its words, or nothing. */
export function takeType(lexer: Lexer): string | undefined {
  if (!isTypeName(lexer.peek().text)) return undefined;
  const words: string[] = [];
  while (isTypeName(lexer.peek().text)) {
    const { text } = lexer.next();
    words.push(text);
    if (text === 'struct' || text === 'union') words.push(lexer.name('a type name').text);
  }
  return words.join(' ');
}

/** Parses from `P0(` up to the closing brace. */
export function parseThreadFunction(lexer: Lexer): ThreadFunction {
  return new FunctionParser(lexer).parse();
}

const nothing = {
  kind: 'evaluate',
  expression: { kind: 'number', value: 0, line: 0, column: 0 },
} as const;

class FunctionParser {
  readonly #registers = new Set<string>();
  readonly #parameters: string[] = [];
  /** Those of the statements that stand for a `return`. */
  readonly #returns = new Set<Statement>();
  /** How many loops are around what is being read. */
  #loops = 0;

  constructor(readonly lexer: Lexer) {}

  parse(): ThreadFunction {
    const { lexer } = this;
    lexer.expect('(');
    while (!lexer.take(')')) {
      if (takeType(lexer) === undefined) lexer.fail("a parameter's type");
      if (this.#parameters.length === 0 && lexer.take(')')) break;
      while (lexer.take('*') || takeType(lexer) !== undefined);
      this.#parameters.push(lexer.name("a parameter's name").text);
      if (lexer.take('[')) {
        if (!lexer.at(']')) lexer.integer();
        lexer.expect(']');
      }
      if (!lexer.at(')')) lexer.expect(',');
    }
    const body = this.withoutReturns(this.block());
    return { parameters: this.#parameters, registers: this.#registers, body };
  }

  /** The same, without `return`: what is not run after it is in the arms of an `if`, and depends on it. */
  withoutReturns(list: readonly Statement[]): Statement[] {
    const at = list.findIndex((statement) => this.mayReturn(statement));
    if (at === -1) return [...list];
    const [before, first, rest] = [list.slice(0, at), list[at]!, list.slice(at + 1)];
    if (first.kind !== 'if') return before;
    const then = this.withoutReturns([...first.then, ...rest]);
    const otherwise = this.withoutReturns([...first.otherwise, ...rest]);
    return [...before, { ...first, then, otherwise }];
  }

  mayReturn(statement: Statement): boolean {
    if (statement.kind !== 'if') return this.#returns.has(statement);
    return [...statement.then, ...statement.otherwise].some((inner) => this.mayReturn(inner));
  }

  block(): Statement[] {
    const { lexer } = this;
    lexer.expect('{');
    const statements: Statement[] = [];
    while (!lexer.take('}')) {
      if (lexer.peek().kind === 'end') lexer.fail("a statement or '}'");
      statements.push(...this.statement());
    }
    return statements;
  }

  statement(): Statement[] {
    return this.lexer.nested(() => this.statementHere());
  }

  statementHere(): Statement[] {
    const { lexer } = this;
    const token = lexer.peek();
    const { line, column } = token;
    if (lexer.at('{')) return this.block();
    if (lexer.take(';')) return [];
    if (foreignWords.has(token.text)) lexer.unsupported(`the statement '${token.text}'`);
    if (lexer.take('return')) {
      if (!lexer.at(';')) lexer.unsupported("'return' with a value", token);
      if (this.#loops > 0) lexer.unsupported("'return' in a loop", token);
      lexer.expect(';');
      const statement = { ...nothing, line, column };
      this.#returns.add(statement);
      return [statement];
    }
    if (lexer.take('if')) {
      const condition = this.parenthesised();
      const then = this.statement();
      const otherwise = lexer.take('else') ? this.statement() : [];
      return [{ kind: 'if', condition, then, otherwise, line, column }];
    }
    if (lexer.take('while')) {
      const condition = this.parenthesised();
      const body = this.loopBody();
      return [{ kind: 'while', condition, body, bodyFirst: false, line, column }];
    }
    if (lexer.take('for')) return this.forLoop({ line, column });
    if (lexer.take('do')) {
      const body = this.loopBody();
      lexer.expect('while');
      const condition = this.parenthesised();
      lexer.expect(';');
      return [{ kind: 'while', condition, body, bodyFirst: true, line, column }];
    }
    if (isTypeName(token.text)) return this.declaration();
    return [this.expressionStatement()];
  }

  loopBody(): Statement[] {
    this.#loops++;
    const body = this.statement();
    this.#loops--;
    return body;
  }

  /** A `while` with what comes before it, and after each round. */
  forLoop(place: { line: number; column: number }): Statement[] {
    const { lexer } = this;
    lexer.expect('(');
    let before: Statement[] = [];
    if (isTypeName(lexer.peek().text)) before = this.declaration();
    else if (!lexer.take(';')) {
      before = [this.simpleStatement()];
      lexer.expect(';');
    }
    const condition: Expression = lexer.at(';')
      ? { ...place, kind: 'number', value: 1 }
      : this.expression();
    lexer.expect(';');
    const step = lexer.at(')') ? [] : [this.simpleStatement()];
    lexer.expect(')');
    const body = [...this.loopBody(), ...step];
    return [...before, { ...place, kind: 'while', condition, body, bodyFirst: false }];
  }

  declaration(): Statement[] {
    const { lexer } = this;
    const statements: Statement[] = [];
    takeType(lexer);
    do {
      while (lexer.take('*') || takeType(lexer) !== undefined);
      const to = lexer.name('the name of a variable');
      if (lexer.at('[')) lexer.unsupported(`the local array '${to.text}'`, to);
      this.#registers.add(to.text);
      if (lexer.take('=')) {
        statements.push({ ...at(to), kind: 'assign', to: nameAt(to), value: this.expression() });
      }
    } while (lexer.take(','));
    lexer.expect(';');
    return statements;
  }

  expressionStatement(): Statement {
    const statement = this.simpleStatement();
    this.lexer.expect(';');
    return statement;
  }

  /** An assignment, an increment, or an expression, without the semicolon. */
  simpleStatement(): Statement {
    const { lexer } = this;
    const prefix = lexer.at('++') || lexer.at('--') ? lexer.next().text : undefined;
    const start = at(lexer.peek());
    const to = this.expression();
    const operator = /^([-+*/&|^]|<<|>>)=$/.exec(lexer.peek().text)?.[1];
    let statement: Statement = { ...start, kind: 'evaluate', expression: to };
    const isStep = prefix !== undefined || lexer.at('++') || lexer.at('--');
    if (lexer.at('=') || operator !== undefined || isStep) {
      if (to.kind === 'name') {
        if (this.#parameters.includes(to.name)) {
          lexer.unsupported(`assignment to the parameter '${to.name}'`, to);
        }
        this.#registers.add(to.name);
      } else if (to.kind !== 'dereference')
        lexer.fail('a variable or *pointer before =', at2(lexer, to));
      const sign = prefix ?? lexer.next().text;
      const right: Expression = isStep ? { ...start, kind: 'number', value: 1 } : this.expression();
      const combining = isStep ? sign[0] : operator;
      const value: Expression =
        combining === undefined
          ? right
          : { ...start, kind: 'binary', operator: combining, left: to, right };
      statement = { ...start, kind: 'assign', to, value };
    }
    return statement;
  }

  parenthesised(): Expression {
    this.lexer.expect('(');
    const expression = this.expression();
    this.lexer.expect(')');
    return expression;
  }

  expression(least = 1): Expression {
    const { lexer } = this;
    let left = this.unary();
    // Each operator nests what is left of it.
    for (let depth = 0; ; depth++) {
      if (depth > mostNested) lexer.unsupported(`${String(mostNested)} operators in a row`);
      const operator = lexer.peek();
      const binding = operator.kind === 'symbol' ? precedence[operator.text] : undefined;
      if (operator.text === '?') lexer.unsupported("the operator '?:'");
      if (binding === undefined || binding < least) return left;
      lexer.next();
      const right = this.expression(binding + 1);
      left = { ...at(operator), kind: 'binary', operator: operator.text, left, right };
    }
  }

  unary(): Expression {
    return this.lexer.nested(() => this.unaryHere());
  }

  unaryHere(): Expression {
    const { lexer } = this;
    const token = lexer.peek();
    const start = at(token);
    if (lexer.take('*')) return { ...start, kind: 'dereference', pointer: this.unary() };
    if (lexer.take('&')) return { ...start, kind: 'address', of: this.unary() };
    if (lexer.take('+')) return this.unary();
    if (token.text === '-' || token.text === '!' || token.text === '~') {
      lexer.next();
      return { ...start, kind: 'unary', operator: token.text, operand: this.unary() };
    }
    if (lexer.at('(') && isTypeName(lexer.peek(1).text)) {
      // A cast changes no value here: every location holds a word or an address.
      lexer.next();
      takeType(lexer);
      while (lexer.take('*') || takeType(lexer) !== undefined);
      lexer.expect(')');
      return this.unary();
    }
    return this.postfix();
  }

  postfix(): Expression {
    const { lexer } = this;
    let expression = this.primary();
    for (;;) {
      const start = at(lexer.peek());
      if (lexer.take('[')) {
        const index = this.expression();
        lexer.expect(']');
        const pointer: Expression = {
          ...start, kind: 'binary', operator: '+', left: expression, right: index,
        }; // prettier-ignore
        expression = { ...start, kind: 'dereference', pointer };
      } else if (lexer.at('->') || lexer.at('.')) {
        lexer.unsupported(`the member access '${lexer.peek().text}${lexer.peek(1).text}'`);
      } else return expression;
    }
  }

  primary(): Expression {
    const { lexer } = this;
    const token = lexer.peek();
    const start = at(token);
    if (token.kind === 'number') {
      const value = lexer.integer();
      // The suffixes of C: 1UL.
      const suffix = lexer.peek();
      if (/^[uUlL]+$/.test(suffix.text) && suffix.line === token.line) lexer.next();
      return { ...start, kind: 'number', value };
    }
    if (lexer.at('(')) return this.parenthesised();
    if (token.kind !== 'name') lexer.fail('an expression');
    if (foreignWords.has(token.text) || token.text === 'return')
      lexer.unsupported(`'${token.text}'`);
    lexer.next();
    if (!lexer.take('(')) return nameAt(token);
    const callArguments: Expression[] = [];
    while (!lexer.take(')')) {
      callArguments.push(this.expression());
      if (!lexer.at(')')) lexer.expect(',');
    }
    return { ...start, kind: 'call', function: token.text, arguments: callArguments };
  }
}

function at({ line, column }: { line: number; column: number }): { line: number; column: number } {
  return { line, column };
}

function at2(lexer: Lexer, expression: Expression): Token {
  return { ...lexer.peek(), ...at(expression) };
}

function nameAt(token: Token): Expression {
  return { ...at(token), kind: 'name', name: token.text };
}
