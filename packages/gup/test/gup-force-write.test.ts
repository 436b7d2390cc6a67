import {
  getPage,
  mappedPage,
  pageCount,
  putPage,
  VM_READ,
  VM_SHARED,
  VM_WRITE,
  walkToPte,
} from '@pagerace/page-model';
import { expect, test } from 'vitest';
import { DirtyAfterFault, ExclusivePage } from '../src/gup-force-write.js';
import { once, type System } from './system.js';

const flags = { write: true, force: true };

/** The entry of a page that was written to is read-only, and dirty still, as fork leaves it. */
function dirtyReadOnlyPage({ arch, mm, user }: System): void {
  const vma = mm.mmap({ start: 0, pages: 1, vmFlags: VM_READ | VM_WRITE });
  vma.willChange();
  user.userWrite(mm, 0, 1);
  vma.vmFlags = VM_READ;
  arch.ptepSetWrprotect(mm, 0, walkToPte(mm, 0)!.ptep);
}

test('FOLL_FORCE writes to what is read-only and private, when a write fault has been there', () => {
  const seen = once((system) => {
    const { arch, gup, mm } = system;
    dirtyReadOnlyPage(system);
    const page = mappedPage(mm, 0)!;
    // Somebody else has the page, too: v4.12 asks for mappings alone, and reuses it all the same.
    getPage(page);
    const [got] = gup.getUserPagesFast(mm, 0, 1, flags);
    const pte = walkToPte(mm, 0)!.ptep.read();
    const result = [got === page, pageCount(page), arch.pteWrite(pte), arch.pteDirty(pte)];
    gup.release(got!, flags);
    putPage(page);
    return result;
  });
  expect(seen).toEqual([true, 4, false, true]);
});

test('a dirty entry alone is not enough', () => {
  const seen = once((system) => {
    dirtyReadOnlyPage(system);
    const pte = walkToPte(system.mm, 0)!.ptep.read();
    const rule = new DirtyAfterFault(system.arch);
    const page = mappedPage(system.mm, 0)!;
    const clean = system.arch.pteMkclean(pte);
    return [
      rule.canFollowWritePte(pte, page, false),
      rule.canFollowWritePte(pte, page, true),
      rule.canFollowWritePte(clean, page, true),
    ];
  });
  expect(seen).toEqual([false, true, false]);
});

// can_follow_write_pte(), v6.0.
test('since v6.0 the page must be exclusive', () => {
  const seen = once((system) => {
    dirtyReadOnlyPage(system);
    const pte = walkToPte(system.mm, 0)!.ptep.read();
    const page = mappedPage(system.mm, 0)!;
    const rule = new ExclusivePage();
    return rule.canFollowWritePte(pte, page);
  });
  expect(seen).toBe(false);
});

test.each([
  ['without FOLL_FORCE', { write: true }, VM_READ],
  ['a shared mapping', flags, VM_READ | VM_SHARED],
])('refuses %s', (_, asked, vmFlags) => {
  expect(() =>
    once(({ gup, mm }) => {
      mm.mmap({ start: 0, pages: 1, vmFlags });
      gup.getUserPagesFast(mm, 0, 1, asked);
    }),
  ).toThrow('may not be written to');
});
