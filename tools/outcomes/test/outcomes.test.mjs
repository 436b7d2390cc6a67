import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { architectureRows, barrierRows, kernelRows } from '../src/madv-free-dio.mjs';

const document = readFileSync(
  new URL('../../../docs/outcomes-madv-free-dio.md', import.meta.url),
  'utf8',
);

/** Scenarios that take long; `npm run docs:outcomes` explores them too. */
const large = ['madv-free-dio-two-pages', 'madv-free-after-submit', 'madv-free-dio-batch'];
const kernels = ['v5.17-rc2', 'v5.18', 'v6.15'];

/** @param {string} line of a table */
const cellsOf = (line) =>
  line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());

const lines = document.split('\n');

/**
 * A table of the document.
 *
 * @param {string} start of its first line
 */
function tableOf(start) {
  const at = lines.findIndex((line) => line.startsWith(start));
  const rows = lines.slice(at + 2, lines.indexOf('', at)).map(cellsOf);
  return {
    head: cellsOf(lines[at] ?? ''),
    rows: new Map(rows.map(([name = '', ...outcomes]) => [name, outcomes])),
  };
}

describe('the table of predicted outcomes', () => {
  const { head, rows } = tableOf('| scenario                           | v4.12');

  it('is about every scenario', () => {
    expect([...rows.keys()].map((name) => name.split(' ')[0])).toEqual([
      ...Array.from({ length: 16 }, (_, nth) => `A${nth}`),
      'A17',
    ]);
  });

  it('is what the scenarios show today', { timeout: 60_000 }, () => {
    for (const [scenario = '', ...outcomes] of kernelRows(kernels, (id) => !large.includes(id))) {
      const committed = kernels.map((kernel) => rows.get(scenario)?.[head.indexOf(kernel) - 1]);
      expect(committed, `${scenario}: npm run docs:outcomes`).toEqual(outcomes);
    }
  });
});

describe('the tables of architectures', () => {
  it('are what the torn counters show today', { timeout: 60_000 }, () => {
    const { head, rows } = tableOf('| scenario                           | x86 (tso)');
    const names = head.slice(1).map((name) => name.split(' ')[0] ?? '');
    const today = architectureRows(names, (id) => id.startsWith('madv-free-torn'));
    for (const [scenario = '', ...outcomes] of today)
      expect(rows.get(scenario), `${scenario}: npm run docs:outcomes`).toEqual(outcomes);
  });

  it('are what each barrier of the fix is good for today', { timeout: 60_000 }, () => {
    const { rows } = tableOf('| architecture');
    expect([...rows].map((row) => row.flat())).toEqual(barrierRows());
  });
});
