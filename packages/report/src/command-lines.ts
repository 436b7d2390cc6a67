/**
 * A shell command in lines of at most `width` characters that can be pasted as they are: broken at
 * its spaces, and a word that is longer than a line inside it, by the shell's own backslash.
 */
export function commandLines(command: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of command.split(' ').filter((part) => part !== '')) {
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
