/** Shortens a text that is too long, and shows that it did. */
export function shorten(text: string, width: number): string {
  if (text.length <= width) return text;
  return width <= 3 ? text.slice(0, width) : `${text.slice(0, width - 3)}...`;
}

/**
 * Breaks a text at its white space into lines of at most `width` characters; a word that is longer than
 * a line is shortened.
 *
 * @param hanging how far the lines after the first are indented
 */
export function wrap(text: string, width: number, hanging = 0): string[] {
  const lines: string[] = [];
  const indentation = ' '.repeat(Math.min(hanging, Math.max(0, width - 8)));
  let line = '';
  for (const word of text.split(/\s+/)) {
    if (word === '') continue;
    const margin = lines.length === 0 ? '' : indentation;
    if (line === '') line = margin + shorten(word, width - margin.length);
    else if (line.length + 1 + word.length <= width) line += ` ${word}`;
    else {
      lines.push(line);
      line = indentation + shorten(word, width - indentation.length);
    }
  }
  if (line !== '') lines.push(line);
  return lines;
}
