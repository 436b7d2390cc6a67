import { VM_READ, VM_SHARED, VM_WRITE } from '@pagerace/page-model';
import { expect, test } from 'vitest';
import { AsAsked, ForceCowBreak, GUP_COW_BREAK, gupHistories } from '../src/index.js';
import { once } from './system.js';

// should_force_cow_break(), mm/gup.c, v5.8: 17839856fd58, taken back by a308c71bf1e6.
test('only v5.8 gets a page for reading as if it were for writing', () => {
  const cowBreak = gupHistories.find(({ token }) => token === GUP_COW_BREAK);
  expect(cowBreak?.variants.map(({ since, name }) => [since, name])).toEqual([
    ['v4.12', 'AsAsked'],
    ['v5.8', 'ForceCowBreak'],
    ['v5.9', 'AsAsked'],
  ]);
});

test('what is shared by a mapping is not copied for it', () => {
  const writes = once(({ mm }) => {
    const rule = new ForceCowBreak();
    return [VM_READ | VM_WRITE, VM_READ, VM_READ | VM_WRITE | VM_SHARED].map((vmFlags, nth) => {
      const vma = mm.mmap({ start: nth * 0x40, pages: 1, vmFlags });
      return rule.slowFlags({ pin: true }, vma).write === true;
    });
  });
  expect(writes).toEqual([true, false, false]);
});

test('without a lock only what is writable will do, unless nothing but that is tried', () => {
  const rule = new ForceCowBreak();
  expect(rule.fastFlags({ pin: true })).toEqual({ pin: true, write: true });
  expect(rule.fastFlags({ fastOnly: true })).toEqual({ fastOnly: true });
  expect(new AsAsked().fastFlags({})).toEqual({});
});
