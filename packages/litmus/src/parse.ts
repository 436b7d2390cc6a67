import { parseAssembly } from './assembly/parser.js';
import { compileThread } from './c/interpreter.js';
import { parseThreadFunction, takeType } from './c/parser.js';
import { LitmusSyntaxError, printable, UnsupportedError } from './errors.js';
import { type ThreadProgram } from './execution/thread.js';
import { type Architecture, type Expected, type LitmusTest } from './test.js';
import { parseTail } from './text/conditions.js';
import { parseInitialState } from './text/initial-state.js';
import { commentAt, Lexer, Source } from './text/lexer.js';

const architectures: Readonly<Record<string, Architecture>> = {
  C: 'C',
  X86_64: 'X86_64',
  X86: 'X86_64',
  AArch64: 'AArch64',
  PPC: 'PPC',
  RISCV: 'RISCV',
};

/**
 * Reads a litmus test as herd7 does.
 *
 * @throws LitmusSyntaxError where the text is no litmus test, with the place and what was expected.
 * @throws UnsupportedError where it asks for something that is not known here, by name.
 */
export function parseLitmus(text: string, file = 'test.litmus'): LitmusTest {
  const source = new Source(file, text);
  const header = parseHeader(source);
  const expected = /\bResult:\s*(Never|Sometimes|Always|DEADLOCK)\b([ \t]+DATARACE\b)?/.exec(text);
  const common = {
    file,
    name: header.name,
    architecture: header.architecture,
    ...(expected && {
      expected: {
        observation: expected[1] as Expected['observation'],
        dataRace: expected[2] !== undefined,
      },
    }),
  };
  if (header.architecture !== 'C') {
    return { ...common, ...parseAssembly(source, header.architecture, header.bodyAt) };
  }
  return { ...common, ...parseC(source, header.bodyAt) };
}

interface Header {
  readonly architecture: Architecture;
  readonly name: string;
  /** Where the `{` of the initial state is. */
  readonly bodyAt: number;
}

/** From the first line to the initial state: what herd7 takes for information is passed over. */
function parseHeader(source: Source): Header {
  const { text, file } = source;
  let at = skipSpace(source, 0);
  const first = /^(\S+)[ \t]+([^\s{]+)/.exec(text.slice(at));
  if (!first) {
    throw new LitmusSyntaxError(
      file,
      source.position(at),
      "an architecture and a name, such as 'C MP+poonceonces'",
      at >= text.length ? 'the end of the text' : `'${/^\S+/.exec(text.slice(at))?.[0] ?? ''}'`,
    );
  }
  const architecture = architectures[first[1]!];
  if (!architecture) {
    if (!/^[A-Z][A-Za-z0-9_]*$/.test(first[1]!)) {
      throw new LitmusSyntaxError(
        file,
        source.position(at),
        "an architecture and a name, such as 'C MP+poonceonces'",
        `'${first[1]!}'`,
      );
    }
    throw new UnsupportedError(file, source.position(at), `the architecture ${first[1]!}`);
  }
  at += first[0].length;
  while (at < text.length && text[at] !== '{') at += Math.max(1, commentAt(source, text, at));
  if (at >= text.length) {
    throw new LitmusSyntaxError(
      file,
      source.position(text.length),
      "'{' with the initial state",
      'the end of the text',
    );
  }
  return { architecture, name: printable(first[2]!.replace(/\.litmus$/, '')), bodyAt: at };
}

function skipSpace(source: Source, from: number): number {
  let at = from;
  for (;;) {
    const comment = commentAt(source, source.text, at);
    if (comment > 0) at += comment;
    else if (/\s/.test(source.text[at] ?? '')) at++;
    else return at;
  }
}

function parseC(source: Source, bodyAt: number) {
  const { file, text } = source;
  const lexer = new Lexer(file, text, source, bodyAt);
  const state = parseInitialState(lexer, (name) => name);
  const threads: ThreadProgram[] = [];
  const registers: Set<string>[] = [];
  // A location may be there since an initial value is its address.
  const values = [state.locations, ...state.registers.values()].flatMap((each) => [
    ...each.values(),
  ]);
  const named = [...state.locations.keys(), ...values.filter((value) => typeof value === 'string')];
  const locations = new Set(named.map((name) => name.replace(/\[.*/, '')));
  for (;;) {
    takeType(lexer);
    if (!/^P\d+$/.test(lexer.peek().text)) break;
    const head = lexer.next();
    if (head.text !== `P${String(threads.length)}`)
      lexer.fail(`'P${String(threads.length)}'`, head);
    const code = parseThreadFunction(lexer);
    const own = state.registers.get(threads.length);
    registers.push(new Set([...code.registers, ...(own?.keys() ?? [])]));
    for (const parameter of code.parameters) locations.add(parameter);
    threads.push(compileThread(file, code, own));
  }
  if (threads.length === 0) lexer.fail("a thread such as 'P0(int *x) { … }'");
  return {
    initial: state.locations,
    threads,
    ...parseTail(lexer, (name) => name, { registers, locations }),
  };
}
