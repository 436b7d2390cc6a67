import { type Condition, type Observable, type Proposition } from '../condition.js';
import { LitmusSyntaxError } from '../errors.js';
import { type ThreadProgram } from '../execution/thread.js';
import { type Architecture } from '../test.js';
import { parseTail } from '../text/conditions.js';
import { parseInitialState } from '../text/initial-state.js';
import { commentAt, Lexer, type Source } from '../text/lexer.js';
import { type Value } from '../value.js';
import { aarch64 } from './aarch64.js';
import { assemble, type InstructionSet, type Line } from './machine.js';
import { power } from './power.js';
import { riscv } from './riscv.js';
import { x86 } from './x86.js';

const instructionSets: Readonly<Record<Exclude<Architecture, 'C'>, InstructionSet>> = {
  X86_64: x86,
  AArch64: aarch64,
  PPC: power,
  RISCV: riscv,
};

export interface AssemblyTest {
  readonly initial: ReadonlyMap<string, Value>;
  readonly threads: readonly ThreadProgram[];
  readonly locations: readonly Observable[];
  readonly filter?: Proposition;
  readonly condition: Condition;
}

/** Reads a test whose threads are columns of instructions, from its initial state on. */
export function parseAssembly(
  source: Source,
  architecture: Exclude<Architecture, 'C'>,
  bodyAt: number,
): AssemblyTest {
  const { file, text } = source;
  const set = instructionSets[architecture];
  const codeAt = endOfBraces(text, bodyAt);
  const state = parseInitialState(new Lexer(file, text, source, bodyAt, codeAt), set.register);
  const { columns, end } = readColumns(source, codeAt);
  const threads = columns.map((lines, thread) =>
    assemble(file, set, lines, state.registers.get(thread) ?? new Map()),
  );
  const tail = parseTail(new Lexer(file, text, source, end), set.register, {
    registers: threads.map(() => undefined),
  });
  return { initial: state.locations, threads, ...tail };
}

/** Where the text goes on after the braces that open here. */
function endOfBraces(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    if (text[at] === '{') depth++;
    if (text[at] === '}' && --depth === 0) return at + 1;
  }
  return text.length;
}

/** The cells of the table, thread by thread: `P0 | P1 ;` and the rows below it. */
function readColumns(source: Source, from: number): { columns: Line[][]; end: number } {
  const { text, file } = source;
  const columns: Line[][] = [];
  let at = from;
  let isHead = true;
  for (;;) {
    while (/\s/.test(text[at] ?? '')) at++;
    const comment = commentAt(source, text, at);
    if (comment > 0) {
      at += comment;
      continue;
    }
    const semicolon = text.indexOf(';', at);
    const row = text.slice(at, semicolon === -1 ? text.length : semicolon);
    const ends = /^(exists|forall|locations|filter|~\s*exists)\b/.test(row) || at >= text.length;
    if (ends && !isHead) return { columns, end: at };
    if (semicolon === -1 || ends) {
      throw new LitmusSyntaxError(
        file,
        source.position(at),
        isHead
          ? "the threads, 'P0 | P1 ;'"
          : "a row of instructions that ends with ';', or a condition",
        at >= text.length ? 'the end of the text' : `'${row.split('\n')[0]!.trim()}'`,
      );
    }
    let cellAt = at;
    const cells = row.split('|').map((cell) => {
      const start = cellAt + (cell.length - cell.trimStart().length);
      cellAt += cell.length + 1;
      return { text: cell.trim().replace(/\s+/g, ' '), position: source.position(start) };
    });
    if (isHead) {
      cells.forEach((cell, thread) => {
        if (new RegExp(`^P${String(thread)}(:.*)?$`).test(cell.text)) columns.push([]);
        else {
          throw new LitmusSyntaxError(
            file,
            cell.position,
            `'P${String(thread)}'`,
            `'${cell.text}'`,
          );
        }
      });
      isHead = false;
    } else {
      if (cells.length !== columns.length) {
        throw new LitmusSyntaxError(
          file,
          source.position(at),
          `${String(columns.length)} columns`,
          String(cells.length),
        );
      }
      cells.forEach((cell, thread) => {
        if (cell.text !== '') columns[thread]!.push(cell);
      });
    }
    at = semicolon + 1;
  }
}
