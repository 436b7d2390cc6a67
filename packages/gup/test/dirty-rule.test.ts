import {
  lockPage,
  pageCount,
  PageDirty,
  SetPageDirty,
  VM_READ,
  VM_WRITE,
} from '@pagerace/page-model';
import { expect, test } from 'vitest';
import {
  type DirtyRule,
  mkwriteBeforeDirty,
  putUserPages,
  unpinDirtyBarrier,
} from '../src/index.js';
import { dirtyRule, SetAlways, SetIfClean, SetIfCleanAfterBarrier } from '../src/dirty-rule.js';
import { explored, once } from './system.js';

test('a page that was written to is given back dirty', () => {
  const seen = once(({ gup, mm, user }) => {
    mm.mmap({ start: 0, pages: 1, vmFlags: VM_READ | VM_WRITE });
    user.userWrite(mm, 0, 7);
    const flags = { write: true, pin: true };
    const page = gup.getUserPagesFast(mm, 0, 1, flags)[0]!;
    const before = pageCount(page);
    page.flags.bit('dirty').write(0);
    gup.releaseDirty(page, flags);
    return [before - pageCount(page), PageDirty(page)];
  });
  expect(seen).toEqual([1024, true]);
});

test('the rule is of v5.2, and asks for a barrier in no release', () => {
  expect(dirtyRule.variants.map((variant) => variant.patch?.id)).toEqual([
    undefined,
    putUserPages.id,
    unpinDirtyBarrier.id,
    mkwriteBeforeDirty.id,
  ]);
});

/** Whether a page that is dirty already is marked, which takes its lock, while somebody else has it. */
function waitsForTheLock(rule: DirtyRule): boolean {
  const { verdict } = explored(({ gup, machine, mm, user }) => {
    const page = machine.boot(() => {
      mm.mmap({ start: 0, pages: 1, vmFlags: VM_READ | VM_WRITE });
      user.userWrite(mm, 0, 7);
      const got = gup.getUserPagesFast(mm, 0, 1, { write: true })[0]!;
      SetPageDirty(got);
      lockPage(got);
      return got;
    });
    machine.cpu(0).run('driver', () => {
      rule.markDirty(page);
      gup.release(page, {});
    });
    return undefined;
  });
  return verdict !== 'verified';
}

test.each([
  [SetAlways, true],
  [SetIfClean, false],
  [SetIfCleanAfterBarrier, false],
])('%o takes the page lock of a dirty page: %s', (Rule, waits) => {
  expect(waitsForTheLock(new Rule())).toBe(waits);
});
