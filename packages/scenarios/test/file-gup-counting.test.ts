import { arm64 } from '@pagerace/arch-arm64';
import { explore } from '@pagerace/explorer';
import { describe, expect, test } from 'vitest';
import { compose, explored, violatedBy } from './support/exploring.js';

/** The two patches of 3 February 2019, on the release that they were posted on. */
const tracked = 'v5.0+gup-track-pinned';
const counted = `${tracked}+gup-vmstat`;

const violated = (
  scenario: string,
  kernel: string,
  parameters: Readonly<Record<string, unknown>> = {},
): readonly string[] => violatedBy({ scenario, kernel, parameters });

describe('the five counters of February 2019', () => {
  test('agree with what is held, whatever way references are taken', () => {
    expect(violated('file-gup-counters', counted)).toEqual([]);
    expect(violated('file-gup-counters', counted, { path: 'slow' })).toEqual([]);
    expect(violated('file-gup-counters', counted, { path: 'overflow' })).toEqual([]);
  });

  test('differ by as much as a call site leaks', () => {
    expect(violated('file-gup-counters', counted, { leaks: true })).toEqual([]);
  });

  // gup_huge_pmd(): +1 per entry; put_user_page(): +1 per page.
  test('do not agree where an entry maps a huge page', () => {
    expect(violated('file-gup-counters', counted, { page: 'huge' })).toEqual(['I-COUNT']);
  });

  test('let a reader find a difference of either sign', () => {
    const read = (claim: string): readonly string[] =>
      violated('file-gup-counters-read', counted, { claim });
    expect(read('any')).toEqual([]);
    expect(read('not negative')).toEqual(['I-SIGN']);
    expect(read('not positive')).toEqual(['I-SIGN']);
  });

  test('let a reader find nothing as long as CPUs keep their differences', () => {
    const parameters = { times: 1, threshold: 2 };
    expect(violated('file-gup-counters-read', counted, parameters)).toEqual([]);
  });

  test('need the patch before them', () => {
    expect(() => compose({ scenario: 'file-gup-counters', kernel: 'v5.0+gup-vmstat' })).toThrow(
      'the patch gup-vmstat does not fit v5.0, which lacks gup-track-pinned',
    );
    expect(() => compose({ scenario: 'file-gup-counters', kernel: 'v5.0' })).toThrow(
      'needs the patches gup-track-pinned, gup-vmstat, which v5.0 lacks: take v5.0+gup-track-pinned+gup-vmstat',
    );
  });
});

describe.each(['v5.7', 'v6.4', 'v6.5'])('the two counters of %s', (kernel) => {
  test.each(['small', 'huge', 'zero'])('agree for a %s page', (page) => {
    expect(violated('file-gup-foll-pin-counters', kernel, { page })).toEqual([]);
  });
});

// Each particular of the patch as posted is found, and what was merged has it not.
describe.each([
  ['file-gup-huge-entry', {}, ['I-REF']],
  ['file-gup-huge-entry', { debugVm: true }, ['VM_BUG_ON']],
  ['file-gup-huge-entry', { path: 'slow' }, ['I-REF']],
  ['file-gup-put-without-free', {}, ['leak']],
  ['file-gup-last-reference', {}, ['I-PINNED']],
  ['file-gup-false-overflow', {}, ['I-OVERFLOW']],
  ['file-gup-overflow', {}, ['I-OVERFLOW']],
  ['file-gup-overflow', { path: 'slow' }, []],
])('%s with %o', (scenario, parameters, properties) => {
  test(`is ${properties.join() || 'right'} as posted, and right as merged`, () => {
    expect(violated(scenario, tracked, parameters)).toEqual(properties);
    expect(violated(scenario, 'v5.7', parameters)).toEqual([]);
    expect(violated(scenario, 'v5.14', parameters)).toEqual([]);
  });
});

test('without exact counts, a huge page has the bias for each of its pages', () => {
  expect(violated('file-gup-huge-entry', 'v5.7^exact-pincount')).toEqual([]);
});

test('up to v5.6 nobody can ask for pins', () => {
  expect(explored({ scenario: 'file-gup-last-reference', kernel: 'v5.6' }).verdict).toBe('vacuous');
});

test('a page that only looks pinned loses nothing', () => {
  for (const references of [0, 4]) {
    const parameters = { references };
    expect(violated('file-gup-false-positive', 'v6.5', parameters)).toEqual([]);
  }
});

// c24d37322548 (v5.14), and 088b8aa537c2 (v6.1).
test.each([
  ['v5.13', 'verified'],
  ['v5.14', 'violated'],
  ['v6.0', 'violated'],
  ['v6.1', 'verified'],
])('a reader of the count may miss a pin on arm64: on %s it is %s', (kernel, verdict) => {
  const run = compose({
    scenario: 'file-gup-pin-window',
    kernel,
    architecture: arm64,
    model: 'armv8',
  });
  expect(explore(run.setup, { model: run.model }).verdict).toBe(verdict);
});
