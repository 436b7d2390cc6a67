import { archX86 } from '@pagerace/arch-x86';
import { explore } from '@pagerace/explorer';
import { composeRun, kernelOf, Registry } from '@pagerace/kernel';
import { memoryModels } from '@pagerace/memory-models';
import { describe, expect, test } from 'vitest';
import { conformance, cow, lacking } from '../src/index.js';

const registry = new Registry([
  { id: '@pagerace/memory-models', models: memoryModels },
  archX86,
  conformance,
]);
const architecture = registry.architecture('x86');

/** The outcome of a test on a layout and a kernel. */
function outcome(number: number, layout: string, kernel: string): string {
  const { setup, model, mustCover } = composeRun({
    scenario: registry.scenario(`cow-${String(number)}`),
    kernel: registry.kernel(kernel),
    architecture,
    model: registry.model(architecture.model),
    parameters: { layout },
  });
  const { verdict, error, violations, executions } = explore(setup, { model, mustCover });
  expect(executions).toBe(1);
  return error ?? violations[0]?.message ?? verdict;
}

// anon_test_cases, anon_thp_test_cases and non_anon_test_cases, tools/testing/selftests/mm/cow.c, v6.3.8 and v6.8.
test('the rows are the tests of cow.c, in its order', () => {
  expect(cow.rows.map(({ number }) => number)).toEqual(
    Array.from({ length: 21 }, (_, nth) => nth + 1),
  );
  for (const { scenario, number } of cow.rows) expect(scenario.id).toBe(`cow-${String(number)}`);
});

test('a test that collapses a huge page runs on huge pages alone, and each other on what it is for', () => {
  const all = cow.layouts.map(({ id }) => id);
  const nonAnon = ['zeropage', 'memfd', 'tmpfile', 'huge-zeropage', 'memfd-hugetlb'];
  const anon = all.filter((id) => !nonAnon.includes(id));
  expect(all).toEqual([...anon, ...nonAnon]);
  for (const { number, layouts } of cow.rows)
    expect(layouts).toEqual(number < 15 ? anon : number < 19 ? ['thp'] : nonAnon);
});

// CVE-2020-29374: the reference of vmsplice() does not count to v5.7, a read reference breaks COW first in v5.8
// (17839856fd58), and page_count() counts it since v5.9 (09854ba94c6a).
describe('vmsplice() + unmap in child', () => {
  test.each([
    ['v5.6', 'leak from parent into child'],
    ['v5.7', 'leak from parent into child'],
    ['v5.8', 'verified'],
    ['v5.9', 'verified'],
    ['v5.18', 'verified'],
    ['v5.19', 'verified'],
    ['v6.15', 'verified'],
  ])('%s with a base page: %s', (kernel, expected) => {
    expect(outcome(3, 'base', kernel)).toBe(expected);
  });

  // do_huge_pmd_wp_page() kept reuse_swap_page() to v5.17.
  test('in v5.17 a huge page leaks still', () => {
    expect(outcome(3, 'thp', 'v5.17')).toBe('leak from parent into child');
  });
});

// 70e806e4e645: "mm: Do early cow for pinned pages during fork() for ptes", v5.9.
test.each([
  ['v5.8', 'longterm R/W pin is not reliable'],
  ['v5.9', 'verified'],
])('fork() with an iouring fixed buffer, %s: %s', (kernel, expected) => {
  expect(outcome(8, 'base', kernel)).toBe(expected);
});

// FOLL_PIN for reading makes a shared page exclusive since v5.19; v5.8 has forced a write fault.
test.each([
  ['v5.8', 'verified'],
  ['v5.18', 'longterm R/O pin is not reliable'],
  ['v5.19', 'verified'],
])('R/O GUP pin on R/O-mapped shared page, %s: %s', (kernel, expected) => {
  for (const number of [9, 10]) expect(outcome(number, 'base', kernel)).toBe(expected);
});

// v5.8 forces a write fault; 84209e87c696 of v6.2 unshares what is not anonymous for a long-term pin.
test.each([
  ['v5.7', 'longterm R/O pin is not reliable'],
  ['v5.8', 'verified'],
  ['v5.9', 'longterm R/O pin is not reliable'],
  ['v6.1', 'longterm R/O pin is not reliable'],
  ['v6.2', 'verified'],
  ['v6.15', 'verified'],
])('R/O longterm GUP pin of a page that is not anonymous, %s: %s', (kernel, expected) => {
  for (const layout of ['zeropage', 'memfd'])
    for (const number of [20, 21]) expect(outcome(number, layout, kernel), layout).toBe(expected);
});

test('every layout comes about: without copy-on-write at stake each test passes', () => {
  const made = cow.layouts.filter(({ missing }) => missing === undefined);
  const basic = cow.rows.filter(({ number }) => [1, 19].includes(number));
  for (const { id } of made) {
    const { number } = basic.find(({ layouts }) => layouts.includes(id))!;
    expect(outcome(number, id, 'v6.1'), id).toBe('verified');
  }
});

// __collapse_huge_page_isolate(), v6.1: SCAN_PAGE_RO where no entry is writable.
test('a test that skips itself has not passed', () => {
  expect(outcome(16, 'thp', 'v6.1')).toBe('vacuous');
});

test('what a kernel lacks for a test is named', () => {
  const { needs } = cow.rows.find(({ number }) => number === 9)!;
  expect(lacking(kernelOf('v6.1'), needs).map(({ name }) => name)).toEqual(['PIN_LONGTERM_TEST']);
  expect(lacking(kernelOf('v6.2'), needs)).toEqual([]);
});
