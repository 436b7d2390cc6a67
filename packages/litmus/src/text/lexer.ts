import { LitmusSyntaxError, type Position, UnsupportedError } from '../errors.js';

export interface Token extends Position {
  readonly kind: 'name' | 'number' | 'string' | 'symbol' | 'end';
  readonly text: string;
}

const symbols = [
  '...', '<<=', '>>=', '/\\', '\\/', '->', '++', '--', '&&', '||', '==', '!=', '<=', '>=', '<<', '>>',
  '+=', '-=', '*=', '/=', '&=', '|=', '^=',
  ...Array.from('{}()[];,:=<>+-*/&|^~!?.%$#@\\'),
]; // prettier-ignore

/** What is missing where the threads begin within the first braces. */
export const endOfState = "'}' at the end of the initial state";

/** How deep parentheses, operators and statements may be nested. */
export const mostNested = 250;

const name = /[A-Za-z_][A-Za-z_0-9]*/y;
const number = /0[xX][0-9a-fA-F]+|\d+/y;
const quoted = /"[^"\n]*"/y;
const space = /\s+/y;

/** Splits a test, or a part of one, into tokens; comments `(* *)` (nested), slash-star and `//` vanish. */
export class Lexer {
  readonly tokens: readonly Token[];
  #next = 0;
  #depth = 0;

  constructor(
    readonly file: string,
    text: string,
    readonly source = new Source(file, text),
    from = 0,
    to = text.length,
  ) {
    this.tokens = [...scan(source, text, from, to)];
  }

  /** The token `ahead` of the next one. */
  peek(ahead = 0): Token {
    return this.tokens[Math.min(this.#next + ahead, this.tokens.length - 1)]!;
  }

  next(): Token {
    const token = this.peek();
    if (token.kind !== 'end') this.#next++;
    return token;
  }

  /** Is the next token this name or symbol? */
  at(text: string): boolean {
    const token = this.peek();
    return token.text === text && token.kind !== 'string' && token.kind !== 'end';
  }

  /** Takes the next token if it is this one. */
  take(text: string): boolean {
    if (!this.at(text)) return false;
    this.#next++;
    return true;
  }

  expect(text: string): Token {
    if (!this.at(text)) this.fail(`'${text}'`);
    return this.next();
  }

  name(what: string): Token {
    if (this.peek().kind !== 'name') this.fail(what);
    return this.next();
  }

  integer(what = 'a number'): number {
    const negative = this.take('-');
    if (this.peek().kind !== 'number') this.fail(what);
    const token = this.next();
    const value = Number(token.text);
    // Beyond, numbers that differ would be taken for equal.
    if (!Number.isSafeInteger(value)) this.unsupported(`the number ${token.text}`, token);
    return negative ? -value : value;
  }

  /** Parses what may contain its like; what is nested too deep would exhaust the stack. */
  nested<T>(parse: () => T): T {
    if (++this.#depth > mostNested) this.unsupported(`nesting ${String(mostNested)} deep`);
    const parsed = parse();
    this.#depth--;
    return parsed;
  }

  fail(expected: string, token = this.peek()): never {
    const found = token.kind === 'end' ? 'the end of the text' : `'${token.text}'`;
    throw new LitmusSyntaxError(this.file, token, expected, found);
  }

  unsupported(construct: string, token: Position = this.peek()): never {
    throw new UnsupportedError(this.file, token, construct);
  }
}

/** Knows where in a text an offset is. */
export class Source {
  readonly #lines: number[] = [0];

  constructor(
    readonly file: string,
    readonly text: string,
  ) {
    for (let i = 0; i < text.length; i++) if (text[i] === '\n') this.#lines.push(i + 1);
  }

  position(offset: number): Position {
    let line = 0;
    while (line + 1 < this.#lines.length && this.#lines[line + 1]! <= offset) line++;
    return { line: line + 1, column: offset - this.#lines[line]! + 1 };
  }
}

function* scan(source: Source, text: string, from: number, to: number): Generator<Token> {
  let at = from;
  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    return found !== undefined && at + found.length <= to ? found : undefined;
  };
  // After the first braces, the initial state, `(*` between others may be C.
  let depth = 0;
  let closed = 0;
  while (at < to) {
    const blank = match(space);
    if (blank !== undefined) {
      at += blank.length;
      continue;
    }
    const comment = commentAt(source, text, at, depth > 0 && closed > 0);
    if (comment > 0) {
      at += comment;
      continue;
    }
    if (text[at] === '{') depth++;
    if (text[at] === '}' && --depth === 0) closed++;
    const position = source.position(at);
    const word = match(name);
    if (depth > 0 && closed === 0 && /^P\d+\s*\(/.test(text.slice(at, at + 20)))
      throw new LitmusSyntaxError(source.file, position, endOfState, `'${word!}'`);
    const digits = match(number);
    const string = match(quoted);
    const symbol = symbols.find((candidate) => text.startsWith(candidate, at));
    if (word !== undefined) yield { kind: 'name', text: word, ...position };
    else if (digits !== undefined) yield { kind: 'number', text: digits, ...position };
    else if (string !== undefined) yield { kind: 'string', text: string, ...position };
    else if (symbol !== undefined) yield { kind: 'symbol', text: symbol, ...position };
    else throw new LitmusSyntaxError(source.file, position, 'a token', `'${text[at]!}'`);
    at += (word ?? digits ?? string ?? symbol)!.length;
  }
  yield { kind: 'end', text: '', ...source.position(to) };
}

/**
 * How long the comment is that begins here; 0 if none does.
 *
 * @param isCode whether `(*` may be C here: `(*p)`
 */
export function commentAt(source: Source, text: string, at: number, isCode = false): number {
  const unclosed = (close: string): never => {
    throw new LitmusSyntaxError(
      source.file,
      source.position(at),
      `'${close}' after this comment`,
      'the end of the text',
    );
  };
  if (text.startsWith('//', at)) {
    const end = text.indexOf('\n', at);
    return (end === -1 ? text.length : end) - at;
  }
  if (text.startsWith('/*', at)) {
    const end = text.indexOf('*/', at + 2);
    return end === -1 ? unclosed('*/') : end + 2 - at;
  }
  if (!text.startsWith('(*', at)) return 0;
  // `(*p)` and `(*(` are C; `(*so*)` is a comment nevertheless.
  const rest = text.slice(at, at + 200);
  const isClosedWord = /^\(\*[^()]*\*\)/.test(rest) && /^\s?$/.test(text[at - 1] ?? '');
  if (isCode && /^\(\*+[A-Za-z_(]/.test(rest) && !isClosedWord) return 0;
  let depth = 0;
  for (let i = at; i < text.length; i++) {
    if (text.startsWith('(*', i)) {
      depth++;
      i++;
    } else if (text.startsWith('*)', i)) {
      depth--;
      i++;
      if (depth === 0) return i + 1 - at;
    }
  }
  return unclosed('*)');
}
