import { arm64 } from '@pagerace/arch-arm64';
import { describe, expect, test } from 'vitest';
import { explored, violatedBy } from './support/exploring.js';

const inOrder = 'file-gup-checked-after-copy';

// What was stored is in the store buffer while the page is found dirty, made clean, and read.
test.each([
  ['v5.1', 'tso', []],
  ['v5.2', 'tso', ['I-PERSIST']],
  ['v6.15', 'tso', ['I-PERSIST']],
  ['v6.15', 'sc', []],
  ['v6.15+unpin-dirty-barrier', 'tso', []],
])('C9: a copy by the CPU on %s, under %s: %s', (kernel, model, expected) => {
  expect(violatedBy({ scenario: inOrder, kernel, model })).toEqual(expected);
});

test('C8: after DMA the driver finds the page clean, or the disk reads what was written', () => {
  const choice = { scenario: 'file-gup-checked-after-dma', kernel: 'v6.15', model: 'lkmm' };
  expect(violatedBy(choice)).toEqual([]);
  expect(violatedBy({ ...choice, parameters: { dma: 'driver' } })).toEqual(['I-PERSIST']);
});

// Since v5.14 the reference comes first and the pin after it; v6.1 has a barrier behind it (088b8aa537c2).
test.each([
  ['v5.13+keep-pinned', []],
  ['v5.15+keep-pinned', ['I-BUF']],
  ['v6.0+keep-pinned', ['I-BUF']],
  ['v6.1+keep-pinned', []],
  ['v6.4', []],
])('C18r: GUP-fast pins while reclaim looks for pins, on arm64 with %s: %s', (kernel, expected) => {
  const choice = { scenario: 'file-gup-pin-against-reclaim', kernel, architecture: arm64 };
  expect(violatedBy({ ...choice, model: 'armv8' })).toEqual(expected);
});

describe('C10: FOLL_TOUCH', () => {
  const touch = (entry: string) =>
    violatedBy({ scenario: 'file-gup-touch', kernel: 'v6.15', parameters: { entry } });

  test('finds nothing to do where a fault has made the entry dirty', () => {
    expect(touch('dirty')).toEqual([]);
  });

  test('makes a page dirty behind the file system where an entry is writable and clean', () => {
    expect(touch('clean')).toEqual(['I-MKW']);
  });
});

// Nobody asks page_mkwrite() for a page that is held: told, and no violation.
test('I-MKW is broken by the holder of a page that was written back, in each execution', () => {
  const { executions, observations } = explored({
    scenario: 'file-gup-buffers-pin',
    kernel: 'v6.15',
  });
  expect(observations).toEqual([expect.objectContaining({ property: 'I-MKW', executions })]);
});

test.each(['get', 'pin'])('C2 and C6 do not depend on the reference: %s', (reference) => {
  const kernel = 'v6.15';
  const parameters = { reference };
  expect(violatedBy({ scenario: 'file-gup-stable', kernel, parameters })).toEqual(['I-STABLE']);
  expect(violatedBy({ scenario: 'file-gup-long-term', kernel, parameters })).toContain('I-STABLE');
});

test('C2 does not depend on how data is written', () => {
  const parameters = { data: 'journal' };
  const choice = { scenario: 'file-gup-stable', kernel: 'v6.15', parameters };
  expect(violatedBy(choice)).toEqual(['I-STABLE']);
});

test('C30: page_mkclean() comes to the mappings of both processes', () => {
  expect(violatedBy({ scenario: 'file-gup-two-processes', kernel: 'v6.15' })).toEqual([]);
});

test.each([
  ['v6.3', ['I-BUF & I-PERSIST']],
  ['v6.4', []],
])('C18: reclaim and a pinned page on %s: %s', (kernel, expected) => {
  expect(violatedBy({ scenario: 'file-gup-buffers-pin', kernel })).toEqual(expected);
});

// A remedy that looks for pins needs what reclaim needs: the barrier behind the pin (088b8aa537c2, v6.1).
test.each([
  ['file-gup-pin-against-replacement', 'v6.0+replace-refuses-pinned', ['I-COH-F']],
  ['file-gup-pin-against-replacement', 'v6.1+replace-refuses-pinned', []],
  ['file-gup-pin-against-writeback', 'v6.0+bounce-pinned', ['I-STABLE']],
  ['file-gup-pin-against-writeback', 'v6.1+bounce-pinned', []],
])('%s on %s, on arm64: %s', (scenario, kernel, expected) => {
  expect(violatedBy({ scenario, kernel, architecture: arm64, model: 'armv8' })).toEqual(expected);
});
