import { describe, expect, it } from 'vitest';
import { differences } from '../src/differences.mjs';
import { kernelRows } from '../src/madv-free-dio.mjs';
import { outcome, written } from '../src/outcome.mjs';

it('has a row for every scenario of MADV_FREE against direct I/O', () => {
  expect(kernelRows([]).map(([name]) => name?.split(' ')[0])).toEqual([
    ...Array.from({ length: 16 }, (_, nth) => `A${nth}`),
    'A17',
  ]);
});

it('writes a document when all outcomes that it asks for are known, each explored once', async () => {
  const cell = (/** @type {string} */ scenario) => ({ scenario, kernel: 'k', architecture: 'a' });
  /** @type {string[]} */
  const explored = [];
  const write = () => {
    const first = outcome(cell('first'));
    // Only the first outcome says that there is a second one to ask for.
    return first === '' ? '' : `${first} ${outcome(cell('second'))} ${outcome(cell('first'))}`;
  };
  const text = await written(write, async (cells) =>
    cells.map(({ scenario }) => {
      explored.push(scenario);
      return `<${scenario}>`;
    }),
  );
  expect(text).toBe('<first> <second> <first>');
  expect(explored).toEqual(['first', 'second']);
});

describe('what differs between two versions of a document', () => {
  it.each([
    ['nothing', 'a\nb', 'a\nb', []],
    ['a line', 'a\nb\nc', 'a\nB\nc', ['- b', '+ B']],
    ['a new line', 'a', 'a\nb', ['+ b']],
    ['an order', 'a\nb', 'b\na', ['the same lines stand in another order, or more than once']],
    ['a repetition', 'a', 'a\na', ['the same lines stand in another order, or more than once']],
  ])('%s', (_, before, after, lines) => {
    expect(differences(before, after)).toEqual(lines);
  });
});
