/** One row of a table in Markdown. */
export const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

/** The first two rows: numbers are set to the right, and what comes first, to the left. */
export const head = (words: readonly string[], numbers: readonly string[]): string =>
  [
    row([...words, ...numbers]),
    row([...words.map(() => '---'), ...numbers.map(() => '---:')]),
  ].join('\n');
