import { expect, test } from 'vitest';
import {
  type ConformanceCell,
  conformanceDocument,
  type ConformanceReport,
  conformanceTables,
} from '../src/index.js';

const kernels = ['v5.7', 'v5.17-rc2', 'v6.15'];

function report(cells: readonly Omit<ConformanceCell, 'layout'>[]): ConformanceReport {
  return {
    suite: 'cow',
    source: 'tools/testing/selftests/mm/cow.c',
    architecture: 'x86',
    model: 'tso',
    kernels,
    rows: [
      { number: 1, name: 'Basic COW' },
      { number: 16, name: 'collapsing' },
    ],
    layouts: [
      { id: 'base', name: 'base page' },
      { id: 'hugetlb', name: 'hugetlb' },
    ],
    cells: [
      ...cells.map((cell) => ({ ...cell, layout: 'base' })),
      ...kernels.map((kernel): ConformanceCell => {
        const because = 'hugetlb is not modelled';
        return { row: 1, layout: 'hugetlb', kernel, outcome: 'skip', because };
      }),
    ],
    complete: true,
  };
}

test('each kernel is above its column, and each mark is explained', () => {
  const failure = { outcome: 'fail', because: 'leak', show: 'pagerace run cow-1' } as const;
  const text = conformanceTables(
    report([
      { row: 1, kernel: 'v5.7', ...failure },
      { row: 1, kernel: 'v5.17-rc2', outcome: 'pass', lacks: ['PIN (v6.2)'] },
      { row: 1, kernel: 'v6.15', outcome: 'pass' },
      { row: 16, kernel: 'v6.15', outcome: 'skip', because: 'it failed' },
    ]),
  );
  expect(text).toBe(`                             v5.7
                             │  v5.17-rc2
with base page (layout=base) │  │  v6.15
 1 Basic COW                 ✗  ✓* ✓
16 collapsing                      a

✓ pass, ✗ FAIL
* would be: a real kernel of that release lacks what the test needs, PIN (v6.2)
a SKIP: it failed
SKIP with hugetlb: hugetlb is not modelled

2 tests on 3 kernels: 2 pass, 1 fail, 4 skipped.
Why the first fails:
pagerace run cow-1`);
});

test('the document says what it is', () => {
  expect(conformanceDocument(report([]))).toMatchObject({
    format: 'pagerace.conformance',
    version: 1,
    complete: true,
  });
});
