import {
  lruAddDrain,
  mappedPage,
  PageDmaPinned,
  putPage,
  SetPageDmaPinned,
  VM_READ,
  VM_WRITE,
} from '@pagerace/page-model';
import { describe, expect, test } from 'vitest';
import { PAGES_GIVEN_OUT, type PagesGivenOut } from '../src/index.js';
import { MarkDmaPinned, NoteNothing } from '../src/pages-given-out.js';
import { once } from './system.js';

/** What has PG_dma_pinned: a page of the slow path, one of the fast path, the same when it is given back, and a next one. */
function marked(givenOut: PagesGivenOut): readonly boolean[] {
  return once(
    ({ gup, memory, mm, user }) => {
      const flags = { write: true };
      mm.mmap({ start: 0, pages: 2, vmFlags: VM_READ | VM_WRITE });
      const [slow] = gup.getUserPagesUnlocked(mm, 0, 1, flags);
      user.userWrite(mm, memory.pageSize, 7);
      lruAddDrain(memory);
      const mapped = mappedPage(mm, memory.pageSize)!;
      const before = PageDmaPinned(mapped);
      const [fast] = gup.getUserPagesFast(mm, memory.pageSize, 1, { ...flags, fastOnly: true });
      const during = PageDmaPinned(fast!);
      gup.release(slow!, flags);
      gup.release(fast!, flags);
      const own = memory.allocator.allocPage();
      const fresh = PageDmaPinned(own);
      putPage(own);
      return [before, PageDmaPinned(slow!), during, PageDmaPinned(fast!), fresh];
    },
    undefined,
    { rewire: (wiring) => wiring.overrideValue(PAGES_GIVEN_OUT, givenOut) },
  );
}

describe('the pages that GUP gives out', () => {
  test('have no mark in any release', () => {
    expect(marked(new NoteNothing())).toEqual([false, false, false, false, false]);
  });

  test('have PG_dma_pinned of the patch, also after they were given back', () => {
    expect(marked(new MarkDmaPinned())).toEqual([false, true, true, true, false]);
  });
});

test('PG_dma_pinned goes when the page is allocated again', () => {
  const seen = once(({ memory: { allocator } }) => {
    const page = allocator.allocPage();
    SetPageDmaPinned(page);
    putPage(page);
    const again = allocator.allocPage();
    const result = [again === page, PageDmaPinned(again)];
    putPage(again);
    return result;
  });
  expect(seen).toEqual([true, false]);
});
