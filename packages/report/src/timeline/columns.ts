import { shorten } from '../wrap.js';

/** Where the lines of one thread stand on the page. */
export interface Column {
  readonly offset: number;
  readonly width: number;
  /** How far a line may be indented at most, so that it does not seem to belong to the next column. */
  readonly indentation: number;
}

const gap = 2;
/** No column becomes narrower. */
const narrowest = 34;
/** No line needs to become wider; wrapped, it is easier to read. */
const widest = 58;
/** Columns that begin closer to each other than this are told apart by name, too. */
const distinct = 8;

/**
 * One column per thread, side by side while there is room for what they have to say. If there is not,
 * each begins before the one to its left has its full width: since every step has a line to itself,
 * nothing is covered, and where a line begins says whose it is.
 *
 * @param wanted per thread, the length of its longest line
 */
export function columns(wanted: readonly number[], page: number): Column[] {
  const threads = wanted.length;
  const even = Math.floor((page - gap * (threads - 1)) / threads);
  const needed = wanted.map((width) => Math.min(Math.max(width, narrowest), widest, page));
  if (threads === 1 || needed.every((width) => width <= even)) {
    return wanted.map((_, nth) => ({ offset: nth * (even + gap), width: even, indentation: even }));
  }
  const slack = page - needed.reduce((sum, width) => sum + width + gap, -gap);
  if (slack >= 0) {
    let offset = 0;
    return needed.map((own) => {
      const width = own + Math.floor(slack / threads);
      const column = { offset, width, indentation: width };
      offset += width + gap;
      return column;
    });
  }
  const stride = (page - needed[threads - 1]!) / (threads - 1);
  return wanted.map((_, nth) => {
    const offset = Math.floor(nth * stride);
    return {
      offset,
      width: Math.min(page - offset, widest),
      indentation: nth === threads - 1 ? page - offset : Math.max(0, Math.floor(stride) - gap),
    };
  });
}

/** Whether a thread's column does not say clearly enough whose line it is. */
export function needsNames(layout: readonly Column[]): boolean {
  return layout.length > 1 && layout[1]!.offset < distinct;
}

/** The names of the threads above their columns, underlined; one below the other where they do not fit. */
export function headers(layout: readonly Column[], names: readonly string[]): string[] {
  const roomFor = (nth: number): number => {
    const next = layout[nth + 1];
    const { offset, width } = layout[nth]!;
    return next === undefined ? width : Math.min(width, next.offset - offset - gap);
  };
  if (names.every((name, nth) => name.length <= roomFor(nth))) {
    return [names, names.map((name) => '-'.repeat(name.length))].map((texts) =>
      texts.reduce((line, text, nth) => line.padEnd(layout[nth]!.offset) + text, ''),
    );
  }
  return names.map(
    (name, nth) => ' '.repeat(layout[nth]!.offset) + shorten(name, layout[nth]!.width),
  );
}

/** Puts the lines of one thread where they belong. */
export function place(lines: readonly string[], { offset }: Column): string[] {
  return lines.map((line) => (' '.repeat(offset) + line).trimEnd());
}
