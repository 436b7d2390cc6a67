/** What a mail may hold: printable ASCII. */
const spelled: Readonly<Record<string, string>> = {
  '\u2018': "'",
  '\u2019': "'",
  '\u201c': '"',
  '\u201d': '"',
  '\u2010': '-',
  '\u2011': '-',
  '\u2013': '-',
  '\u2014': '--',
  '\u2026': '...',
  '\u2190': '<-',
  '\u2192': '->',
  '\u00a0': ' ',
  '\u00b7': '*',
  '\u00d7': 'x',
  '\u2260': '!=',
  '\u2264': '<=',
  '\u2265': '>=',
};

/** Spells a text in printable ASCII, on one line: what cannot be spelled becomes a question mark. */
export function ascii(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[^ -~]/gu, (character) => spelled[character] ?? '?');
}
