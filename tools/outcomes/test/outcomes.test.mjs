import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { kernelRows } from '../src/madv-free-dio.mjs';

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

describe('the table of predicted outcomes', () => {
  const lines = document.split('\n');
  const at = lines.findIndex((line) => line.startsWith('| scenario') && line.includes('v4.12'));
  const head = cellsOf(lines[at] ?? '');
  const rows = new Map(
    lines
      .slice(at + 2, lines.indexOf('', at))
      .map(cellsOf)
      .map(([scenario = '', ...outcomes]) => [scenario, outcomes]),
  );

  it('is about every scenario', () => {
    expect([...rows.keys()].map((name) => name.split(' ')[0])).toEqual(
      Array.from({ length: 16 }, (_, nth) => `A${nth}`),
    );
  });

  it('is what the scenarios show today', { timeout: 60_000 }, () => {
    for (const [scenario = '', ...outcomes] of kernelRows(kernels, (id) => !large.includes(id))) {
      const committed = kernels.map((kernel) => rows.get(scenario)?.[head.indexOf(kernel) - 1]);
      expect(committed, `${scenario}: npm run docs:outcomes`).toEqual(outcomes);
    }
  });
});
