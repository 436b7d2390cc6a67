import { takeType } from '../c/parser.js';
import { elementOf, type Value } from '../value.js';
import { parseLocation, parseValue, type RegisterName, takeRegister } from './conditions.js';
import { endOfState, type Lexer } from './lexer.js';

/** What a test's `{ … }` says. */
export interface InitialState {
  readonly locations: ReadonlyMap<string, Value>;
  /** Per thread. */
  readonly registers: ReadonlyMap<number, ReadonlyMap<string, Value>>;
}

export function parseInitialState(lexer: Lexer, register: RegisterName): InitialState {
  const locations = new Map<string, Value>();
  const registers = new Map<number, Map<string, Value>>();
  lexer.expect('{');
  while (!lexer.take('}')) {
    if (lexer.take(';')) continue;
    const typed = takeType(lexer) !== undefined;
    while (lexer.take('*') || takeType(lexer) !== undefined);
    const owned = takeRegister(lexer, register);
    if (lexer.at('%')) lexer.unsupported(`the symbolic register %${lexer.peek(1).text}`);
    if (owned) {
      const { thread, name } = owned;
      const own = registers.get(thread) ?? new Map<string, Value>();
      registers.set(thread, own.set(name, lexer.take('=') ? parseValue(lexer) : 0));
    } else {
      const bracket = lexer.take('[');
      const start = lexer.peek();
      if (/^P\d+$/.test(start.text) && /^[|;]$/.test(lexer.peek(1).text)) lexer.fail(endOfState);
      if (start.kind !== 'name') lexer.fail("an initial value such as 'x=1;' or '0:r1=x;'");
      const isArray = typed && lexer.peek(1).text === '[';
      const name = isArray ? lexer.next().text : parseLocation(lexer);
      if (lexer.at(':')) lexer.unsupported(`the location ${name}:${lexer.peek(1).text}`, start);
      if (bracket) lexer.expect(']');
      if (isArray) array(lexer, name, locations);
      else locations.set(name, lexer.take('=') ? parseInitializer(lexer) : 0);
    }
    if (!lexer.at('}')) lexer.expect(';');
  }
  return { locations, registers };
}

/** `int a[3] = {1, 2, 3};` */
function array(lexer: Lexer, name: string, locations: Map<string, Value>): void {
  lexer.expect('[');
  if (!lexer.at(']')) lexer.integer();
  lexer.expect(']');
  if (!lexer.take('=')) return;
  lexer.expect('{');
  for (let i = 0; !lexer.take('}'); i++) {
    locations.set(elementOf(name, i), parseValue(lexer));
    if (!lexer.at('}')) lexer.expect(',');
  }
}

/** A value, perhaps wrapped: ATOMIC_INIT(1). */
function parseInitializer(lexer: Lexer): Value {
  if (/^(ATOMIC(64|_LONG)?_INIT)$/.test(lexer.peek().text)) lexer.next();
  return parseValue(lexer);
}
