/**
 * A shell command in lines of at most `width` characters that can be pasted as they are: broken
 * between its options, and a word that is longer than a line inside it, by the shell's own backslash.
 */
export function commandLines(command: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of wordsOf(command)) {
    if (line === '') line = word;
    else if (line.length + 1 + word.length <= width - 2) line += ` ${word}`;
    else {
      lines.push(`${line} \\`);
      line = `  ${word}`;
    }
    while (line.length > width - 2) {
      lines.push(`${line.slice(0, width - 2)}\\`);
      line = line.slice(width - 2);
    }
  }
  return line === '' ? lines : [...lines, line];
}

/** What stands between spaces that are not quoted. */
const word = /(?:'[^']*'|\\.|[^ '])+/g;

/** The words of a command; an option and its value are one. */
function wordsOf(command: string): string[] {
  const words: string[] = [];
  for (const part of command.match(word) ?? []) {
    const last = words.at(-1);
    if (last?.startsWith('--') === true && !last.includes(' ') && !part.startsWith('-')) {
      words[words.length - 1] = `${last} ${part}`;
    } else words.push(part);
  }
  return words;
}
