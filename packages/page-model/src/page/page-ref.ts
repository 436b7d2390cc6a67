import {
  atomicAddUnless,
  atomicAddUnlessAcquire,
  atomicAddUnlessRelaxed,
  atomicCmpxchg,
  atomicRead,
  atomicSet,
  atomicSetRelease,
  defineKernelFunction,
  referenceAdd,
  referenceSub,
  referenceSubAndTest,
  VM_BUG_ON,
} from '@pagerace/machine';
import type { Page } from './page.js';

const file = 'include/linux/page_ref.h';

/** page_ref_count(), page_count(): how many references there are; negative once they overflow. Unordered. */
export const pageCount = defineKernelFunction(file, 'page_count', ({ _refcount, memory }: Page) => {
  const count = atomicRead(_refcount);
  const { refcountBits } = memory;
  if (refcountBits === undefined) return count;
  const rest = 32 - refcountBits;
  return (count << rest) >> rest;
});

/** set_page_count(): for a page that nobody else has. */
export const setPageCount = defineKernelFunction(
  file,
  'set_page_count',
  (page: Page, count: number): void => atomicSet(page._refcount, count),
);

/** page_ref_add(): more references to a page of which the caller has one. Unordered. */
export const pageRefAdd = defineKernelFunction(
  file,
  'page_ref_add',
  (page: Page, references: number): void => referenceAdd(page._refcount, references),
);

/** page_ref_inc(). Unordered. */
export const pageRefInc = defineKernelFunction(file, 'page_ref_inc', (page: Page): void =>
  referenceAdd(page._refcount, 1),
);

/** page_ref_sub(): fewer references to a page of which the caller keeps one. Unordered. */
export const pageRefSub = defineKernelFunction(
  file,
  'page_ref_sub',
  (page: Page, references: number): void => referenceSub(page._refcount, references),
);

/** page_ref_sub_and_test(). Fully ordered. @returns whether no reference is left */
export const pageRefSubAndTest = defineKernelFunction(
  file,
  'page_ref_sub_and_test',
  (page: Page, references: number): boolean => referenceSubAndTest(page._refcount, references),
);

/** page_ref_dec_and_test(). Fully ordered. @returns whether no reference is left */
export const pageRefDecAndTest = defineKernelFunction(
  file,
  'page_ref_dec_and_test',
  (page: Page): boolean => referenceSubAndTest(page._refcount, 1),
);

/**
 * page_ref_add_unless(): takes references unless the count is `unless`. Fully ordered on success,
 * not at all on failure. @returns whether it did
 */
export const pageRefAddUnless = defineKernelFunction(
  file,
  'page_ref_add_unless',
  (page: Page, references: number, unless: number): boolean =>
    atomicAddUnless(page._refcount, references, unless),
);

/** page_ref_add_unless() with a weaker order on success, for what would be if the kernel had it. */
export const pageRefAddUnlessAcquire = defineKernelFunction(
  file,
  'page_ref_add_unless',
  (page: Page, references: number, unless: number): boolean =>
    atomicAddUnlessAcquire(page._refcount, references, unless),
);

/** See {@link pageRefAddUnlessAcquire}. */
export const pageRefAddUnlessRelaxed = defineKernelFunction(
  file,
  'page_ref_add_unless',
  (page: Page, references: number, unless: number): boolean =>
    atomicAddUnlessRelaxed(page._refcount, references, unless),
);

/**
 * page_ref_freeze(): if there are exactly `count` references, makes it none, so that nobody can take
 * another. Fully ordered on success, not at all on failure. @returns whether it did
 */
export const pageRefFreeze = defineKernelFunction(
  file,
  'page_ref_freeze',
  (page: Page, count: number): boolean => atomicCmpxchg(page._refcount, count, 0) === count,
);

/** page_ref_unfreeze(): gives a frozen page its references back. Releases. */
export const pageRefUnfreeze = defineKernelFunction(
  file,
  'page_ref_unfreeze',
  (page: Page, count: number): void => {
    VM_BUG_ON(count === 0, `${page.name} is unfrozen without a reference`);
    atomicSetRelease(page._refcount, count);
  },
);
