import { shorten } from '../wrap.js';

/** Where the lines of one thread stand on the page. */
export interface Column {
  readonly offset: number;
  readonly width: number;
}

const gap = 2;
const narrowest = 34;
/** Columns that begin closer to each other than this are told apart by name, too. */
const distinct = 8;

/**
 * One column per thread, side by side while there is room. Of many threads the columns begin closer
 * to each other than they are wide: since each step has a line to itself, nothing is ever covered.
 */
export function columns(threads: number, page: number): Column[] {
  const even = Math.floor((page - gap * (threads - 1)) / threads);
  if (even >= narrowest || threads === 1) {
    return Array.from({ length: threads }, (_, nth) => ({
      offset: nth * (even + gap),
      width: even,
    }));
  }
  const stride = (page - narrowest) / (threads - 1);
  return Array.from({ length: threads }, (_, nth) => ({
    offset: Math.floor(nth * stride),
    width: narrowest,
  }));
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
