import { type Condition, type Observable, type Proposition } from '../condition.js';
import { elementOf, type Value } from '../value.js';
import { type Lexer } from './lexer.js';

/** How registers of an instruction set are spelled one way; others stay as they are. */
export type RegisterName = (text: string) => string;

/** What follows a test's code: `locations`, `filter` and the condition. */
export interface TestTail {
  readonly locations: readonly Observable[];
  readonly filter?: Proposition;
  readonly condition: Condition;
}

/** What a condition can speak of. */
export interface Known {
  /** The registers of each thread; undefined if it may be any. */
  readonly registers: readonly (ReadonlySet<string> | undefined)[];
  /** Undefined if it may be any. */
  readonly locations?: ReadonlySet<string>;
}

/** @throws LitmusSyntaxError also for a thread, a register or a location that the test has not: it would be 0 always. */
export function parseTail(lexer: Lexer, register: RegisterName, known: Known): TestTail {
  const parser = new ConditionParser(lexer, register, known);
  let locations: Observable[] = [];
  let filter: Proposition | undefined;
  for (;;) {
    if (lexer.take('locations')) locations = parser.locations();
    else if (lexer.take('filter')) filter = parser.proposition();
    else break;
  }
  const condition = parser.condition();
  lexer.take(';');
  if (lexer.peek().kind !== 'end') lexer.fail('the end of the test');
  return { locations, condition, ...(filter && { filter }) };
}

class ConditionParser {
  /** In `locations`, a register that is not there is shown as 0. */
  isListing = false;

  constructor(
    readonly lexer: Lexer,
    readonly register: RegisterName,
    readonly known: Known,
  ) {}

  locations(): Observable[] {
    const { lexer } = this;
    const found: Observable[] = [];
    this.isListing = true;
    lexer.expect('[');
    while (!lexer.take(']')) {
      found.push(this.observable());
      while (
        lexer.take('*') ||
        (lexer.peek().kind === 'name' && !lexer.at(';') && lexer.take(lexer.peek().text))
      );
      if (!lexer.take(';') && !lexer.at(']')) lexer.fail("';' or ']'");
    }
    this.isListing = false;
    return found;
  }

  condition(): Condition {
    const { lexer } = this;
    if (lexer.peek().kind === 'end') {
      return { quantifier: 'forall', proposition: { kind: 'true' } };
    }
    if (lexer.take('~')) {
      lexer.expect('exists');
      return { quantifier: '~exists', proposition: this.proposition() };
    }
    if (lexer.take('exists')) return { quantifier: 'exists', proposition: this.proposition() };
    if (lexer.take('forall')) return { quantifier: 'forall', proposition: this.proposition() };
    return lexer.fail('exists, ~exists, forall, filter or locations');
  }

  proposition(): Proposition {
    return this.list('\\/', 'or', () => this.list('/\\', 'and', () => this.atom()));
  }

  list(separator: string, kind: 'and' | 'or', part: () => Proposition): Proposition {
    const parts = [part()];
    while (
      this.lexer.take(separator) ||
      (kind === 'and' ? this.lexer.take('&&') : this.lexer.take('||'))
    ) {
      parts.push(part());
    }
    return parts.length === 1 ? parts[0]! : { kind, parts };
  }

  atom(): Proposition {
    return this.lexer.nested(() => this.atomHere());
  }

  atomHere(): Proposition {
    const { lexer } = this;
    if (lexer.take('not') || lexer.take('~') || lexer.take('!'))
      return { kind: 'not', part: this.atom() };
    if (lexer.take('true')) return { kind: 'true' };
    if (lexer.take('false')) return { kind: 'not', part: { kind: 'true' } };
    if (lexer.take('(')) {
      const inner = this.proposition();
      lexer.expect(')');
      return inner;
    }
    const left = this.observable();
    if (/^[<>]=?$/.test(lexer.peek().text)) lexer.unsupported('a comparison but for = and !=');
    const different = lexer.at('!=');
    if (!different && !lexer.at('=') && !lexer.at('==')) lexer.fail("'='");
    lexer.next();
    const isObservable =
      lexer.at('[') || (/^P?\d+$/.test(lexer.peek().text) && lexer.peek(1).text === ':');
    const equal: Proposition = isObservable
      ? { kind: 'same', left, right: this.observable() }
      : { kind: 'equal', left, right: parseValue(lexer) };
    return different ? { kind: 'not', part: equal } : equal;
  }

  observable(): Observable {
    const { lexer } = this;
    if (lexer.take('[')) {
      const name = this.location();
      lexer.expect(']');
      return { kind: 'location', name };
    }
    lexer.take('*');
    const [thread, , name] = [lexer.peek(), lexer.peek(1), lexer.peek(2)];
    const owned = takeRegister(lexer, this.register);
    if (owned) {
      const { registers } = this.known;
      // Assembly tests name labels likewise: 0:X30=P0:L1.
      const isLabel = registers[owned.thread] === undefined && /^l(?!r$)/i.test(name.text);
      if (isLabel) lexer.unsupported(`the label ${thread.text}:${name.text} as a value`, thread);
      if (owned.thread >= registers.length)
        lexer.fail(`a thread from 0 to ${String(registers.length - 1)}`, thread);
      if (!this.isListing && registers[owned.thread]?.has(owned.name) === false)
        lexer.fail(`a register of P${String(owned.thread)}`, name);
      return { kind: 'register', ...owned };
    }
    if (lexer.peek().kind !== 'name') lexer.fail('a register such as 0:r1, or a location');
    return { kind: 'location', name: this.location() };
  }

  location(): string {
    const { lexer, known } = this;
    const start = lexer.peek();
    const isCall = lexer.peek(1).text === '(';
    if (start.kind === 'name' && !isCall && known.locations?.has(start.text) === false)
      lexer.fail('a location of the test', start);
    return parseLocation(lexer);
  }
}

/** `0:r1`, `0:%eax`, `P0:r1`; nothing if no thread is named. */
export function takeRegister(
  lexer: Lexer,
  register: RegisterName,
): { readonly thread: number; readonly name: string } | undefined {
  const first = lexer.peek();
  if (lexer.peek(1).text !== ':' || !/^P?\d+$/.test(first.text)) return undefined;
  lexer.next();
  lexer.expect(':');
  const percent = lexer.take('%') ? '%' : '';
  const name = register(percent + lexer.name('a register').text);
  return { thread: Number(first.text.replace('P', '')), name };
}

/** What conditions and initial states of herd7 know besides. */
const foreign: Readonly<Record<string, string>> = {
  fault: 'the condition',
  pte: 'the page-table entry',
  pa: 'the physical address',
  tag: 'the memory tag',
};

/** `x`, `a[1]`. */
export function parseLocation(lexer: Lexer): string {
  const start = lexer.name('a location');
  const { text } = start;
  if (lexer.at('('))
    lexer.unsupported(`${foreign[text.toLowerCase()] ?? 'what stands for'} ${text}(…)`, start);
  if (!lexer.take('[')) return text;
  const index = lexer.integer();
  lexer.expect(']');
  return elementOf(text, index);
}

/** A number, or an address: `y`, `&y`, `a[1]`. */
export function parseValue(lexer: Lexer): Value {
  lexer.take('&');
  const [first, second, third] = [lexer.peek(), lexer.peek(1), lexer.peek(2)];
  if (first.text === '(' && second.kind === 'name' && third.text === ':')
    lexer.unsupported(`the page-table entry (${second.text}:…)`);
  if (first.kind === 'name' && second.text === ':') {
    const what = /^P\d+$/.test(first.text)
      ? `the label ${first.text}:${third.text} as a value`
      : '';
    lexer.unsupported(what || `the value ${first.text}:${third.text}`);
  }
  if (lexer.at('{')) lexer.unsupported('an array as a value');
  if (lexer.take('(')) {
    const value = lexer.nested(() => parseValue(lexer));
    lexer.expect(')');
    return value;
  }
  if (lexer.peek().kind === 'name') return parseLocation(lexer);
  return lexer.integer('a number or an address');
}
