import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { rowsOf } from '../src/gup-fast-collapse.mjs';

const document = readFileSync(
  new URL('../../../docs/gup-fast-against-collapse.md', import.meta.url),
  'utf8',
);

/** @param {string} line of a table */
const cellsOf = (line) =>
  line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());

describe.each(['v5.19', 'v6.0', 'v6.1', 'v6.6'])('the outcomes on %s', (kernel) => {
  it('are what the scenarios show today', { timeout: 60_000 }, () => {
    const lines = document.split('\n');
    const at = lines.findIndex((line) => cellsOf(line)[0] === kernel);
    const rows = lines.slice(at + 2, lines.indexOf('', at)).map(cellsOf);
    expect(rows, 'npm run docs:outcomes').toEqual(rowsOf(kernel));
  });
});
