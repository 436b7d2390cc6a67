import type { Frame } from '@pagerace/machine';
import { ascii } from '../ascii.js';
import { shorten, wrap } from '../wrap.js';
import type { Column } from './columns.js';

/** What is left for a step's own words when the calls around it are nested deep. */
const roomForWords = 26;

/**
 * The lines of one thread: its calls as it enters them, each indented under its caller, and its steps
 * under the call that took them.
 */
export class CallWriter {
  #open: readonly Frame[] = [];
  readonly #width: number;
  readonly #unit: number;
  readonly #deepestMargin: number;

  /** @param deepest the most calls that are open at once */
  constructor({ width, indentation }: Pick<Column, 'width' | 'indentation'>, deepest: number) {
    this.#width = width;
    this.#deepestMargin = Math.max(0, Math.min(indentation, width - roomForWords));
    this.#unit = deepest * 2 <= this.#deepestMargin ? 2 : 1;
  }

  /** The lines for a step in the given calls; those that were open before are not named again. */
  lines(stack: readonly Frame[], words: string): string[] {
    const lines: string[] = [];
    let common = 0;
    while (common < stack.length && stack[common] === this.#open[common]) common++;
    for (let depth = common; depth < stack.length; depth++) lines.push(this.#call(stack, depth));
    this.#open = stack;
    return [...lines, ...this.#indented(words, stack.length)];
  }

  /** The lines for something that happens outside of every call. */
  outside(words: string): string[] {
    return this.#indented(words, 0);
  }

  #margin(depth: number): string {
    // Deeper calls all stand at the last margin: the words must stay readable.
    return ' '.repeat(Math.min(depth * this.#unit, this.#deepestMargin));
  }

  #call(stack: readonly Frame[], depth: number): string {
    const { name, file } = stack[depth]!;
    const call = `${this.#margin(depth)}${ascii(name)}()`;
    // The file is named where it is another one than the caller's, if the line has room for it.
    const withFile = `${call}  [${ascii(file)}]`;
    return file !== '' && file !== stack[depth - 1]?.file && withFile.length <= this.#width
      ? withFile
      : shorten(call, this.#width);
  }

  #indented(words: string, depth: number): string[] {
    const margin = this.#margin(depth);
    return wrap(words, this.#width - margin.length, 2).map((line) => margin + line);
  }
}
