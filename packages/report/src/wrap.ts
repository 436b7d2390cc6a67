/** Shortens a text that is too long, and shows that it did. */
export function shorten(text: string, width: number): string {
  if (text.length <= width) return text;
  return width <= 3 ? text.slice(0, width) : `${text.slice(0, width - 3)}...`;
}

/**
 * Breaks a text at its white space into lines of at most `width` characters; `2 -> 1` and `12 ms` stay together. A word that is longer
 * than a line is broken after a parenthesis, a comma or a dot in it, or else shortened.
 *
 * @param hanging how far the lines after the first are indented
 */
export function wrap(text: string, width: number, hanging = 0): string[] {
  const indentation = ' '.repeat(Math.min(hanging, Math.max(0, width - 8)));
  const lines: string[] = [];
  let line = '';
  for (const word of wordsOf(text)) {
    if (line === '') line = word;
    else if (line.length + 1 + word.length <= width) line += ` ${word}`;
    else {
      lines.push(line);
      line = indentation + word;
    }
    while (line.length > width) {
      const at = breakIn(line, width);
      if (at <= indentation.length + 1) line = shorten(line, width);
      else {
        lines.push(line.slice(0, at));
        line = indentation + line.slice(at);
      }
    }
  }
  return line === '' ? lines : [...lines, line];
}

/** What an arrow joins stays on one line, if it is no longer than this. */
const longestChange = 24;

/** A time as it is written after its number. */
const unit = /^(ms|s|min|h)\b/;

/** The words of a text; `2 -> 1` is one, and `12 ms`. */
function wordsOf(text: string): string[] {
  const words: string[] = [];
  const parts = text.split(/\s+/).filter((part) => part !== '');
  for (let nth = 0; nth < parts.length; nth++) {
    const change = parts.slice(nth, nth + 3).join(' ');
    const isChange = parts[nth + 1] === '->' && nth + 2 < parts.length;
    if (isChange && change.length <= longestChange) {
      words.push(change);
      nth += 2;
    } else if (/\d$/.test(parts[nth]!) && unit.test(parts[nth + 1] ?? '')) {
      words.push(`${parts[nth]!} ${parts[nth + 1]!}`);
      nth++;
    } else words.push(parts[nth]!);
  }
  return words;
}

/** Where a line that is one long word can be broken: behind that place; 0 if nowhere. */
function breakIn(line: string, width: number): number {
  let at = 0;
  for (const { index, 0: mark } of line.slice(0, width).matchAll(/[(,.](?=[^\s(),.])/g))
    at = index + mark.length;
  return at;
}
