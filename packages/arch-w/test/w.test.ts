import { NoTlb } from '@pagerace/page-model/testing';
import {
  debugVmPgtable,
  debugVmPgtableHuge,
  layoutConflicts,
} from '@pagerace/pgtable-generic/testing';
import { expect, test } from 'vitest';
import { W, wLayout, WWithoutRcuTableFree } from '../src/index.js';

test('every combination of bits is what the kernel takes for granted', () => {
  const widest = { pfn: 2 ** 40 - 1, swapType: 31, swapOffset: 2 ** 45 - 1 };
  expect(debugVmPgtable(new W(new NoTlb(), { hasBit: true }), widest)).toEqual([]);
  // And without the exclusive bit, as it was before.
  expect(debugVmPgtable(new W(new NoTlb(), { hasBit: false }), widest)).toEqual([]);
  expect(debugVmPgtableHuge(new W(new NoTlb(), { hasBit: true }))).toEqual([]);
  expect(layoutConflicts(wLayout)).toEqual([]);
});

test('the two differ in how page tables are freed', () => {
  const names = [W, WWithoutRcuTableFree].map((Class) => new Class(new NoTlb(), { hasBit: true }));
  expect(names.map(({ name, hasRcuTableFree }) => [name, hasRcuTableFree])).toEqual([
    ['w', true],
    ['w', false],
  ]);
});
