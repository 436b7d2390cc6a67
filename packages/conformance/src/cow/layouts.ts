import type { MachineSize } from '@pagerace/kernel';
import type { SuiteLayout } from '../suite.js';
import type { CowTest } from './cow-test.js';
import { madvPageout } from './features.js';

/** A layout that the model can make. */
export interface CowLayout extends SuiteLayout {
  readonly isHuge: boolean;
  /** Makes it, during set-up. */
  readonly setUp: (test: CowTest) => void;
}

const pageoutFails = 'MADV_PAGEOUT did not work';

/** madvise(MADV_DONTNEED) of all pages but the first. */
function leaveFirst(test: CowTest): void {
  for (let nth = 1; nth < test.memory.hpagePmdNr; nth++) test.dontneed(nth);
  test.pages = 1;
}

/**
 * A huge page is split on its way to swap, however it was mapped, and each of its pages leaves a swap entry of
 * its own: the memory is as if it had never been huge.
 */
function swapOutSplit(test: CowTest): void {
  test.populate(test.memory.hpagePmdNr);
  test.pageout();
}

/** Those of base pages and huge pages that can be made, as run_anon_test_case() has them. */
export const cowLayouts: readonly CowLayout[] = [
  {
    id: 'base',
    name: 'base page',
    needs: [],
    isHuge: false,
    setUp: (test) => test.populate(1),
  },
  {
    id: 'swapped',
    name: 'swapped out base page',
    needs: [madvPageout],
    skips: pageoutFails,
    isHuge: false,
    setUp: (test) => {
      test.populate(1);
      test.pageout();
    },
  },
  {
    id: 'thp',
    name: 'THP',
    needs: [],
    isHuge: true,
    setUp: (test) => test.populateHuge(),
  },
  {
    id: 'pte-mapped',
    name: 'PTE-mapped THP',
    needs: [],
    isHuge: true,
    setUp: (test) => {
      test.populateHuge();
      test.split();
    },
  },
  {
    id: 'single-pte',
    name: 'single PTE of THP',
    needs: [],
    isHuge: true,
    setUp: (test) => {
      test.populateHuge();
      leaveFirst(test);
    },
  },
  {
    id: 'partially-mremapped',
    name: "partially mremap()'ed THP",
    needs: [],
    isHuge: true,
    setUp: (test) => {
      test.populateHuge();
      test.moveUpperHalf();
    },
  },
  {
    id: 'partially-shared',
    name: 'partially shared THP',
    needs: [],
    isHuge: true,
    setUp: (test) => {
      test.populateHuge();
      // MADV_DONTFORK of all pages but the first splits the mapping there, and the huge page with it.
      test.split();
      test.shareFirst();
    },
  },
  {
    id: 'swapped-thp',
    name: 'swapped-out THP',
    needs: [madvPageout],
    skips: pageoutFails,
    isHuge: true,
    setUp: swapOutSplit,
  },
  {
    id: 'swapped-pte-mapped',
    name: 'swapped-out, PTE-mapped THP',
    needs: [madvPageout],
    skips: pageoutFails,
    isHuge: true,
    setUp: swapOutSplit,
  },
  {
    id: 'swapped-single-pte',
    name: 'single PTE of swapped-out THP',
    needs: [madvPageout],
    skips: pageoutFails,
    isHuge: true,
    setUp: (test) => {
      test.populate(test.memory.hpagePmdNr);
      leaveFirst(test);
      test.pageout();
    },
  },
];

/** Those that cannot. */
export const missingLayouts: readonly SuiteLayout[] = [
  { id: 'hugetlb', name: 'hugetlb', needs: [], missing: 'hugetlb is not modelled' },
];

/** What run_non_anon_test_case() has, and can be made. */
export const nonAnonLayouts: readonly CowLayout[] = [
  {
    id: 'zeropage',
    name: 'shared zeropage',
    needs: [],
    isHuge: false,
    setUp: (test) => test.populateZero(),
  },
  {
    id: 'memfd',
    name: 'memfd',
    needs: [],
    isHuge: false,
    setUp: (test) => test.populateFile(),
  },
];

export const missingNonAnonLayouts: readonly SuiteLayout[] = [
  { id: 'tmpfile', name: 'tmpfile', needs: [], missing: 'file systems on disk are not modelled' },
  {
    id: 'huge-zeropage',
    name: 'huge zeropage',
    needs: [],
    missing: 'the huge zero page is not modelled',
  },
  { id: 'memfd-hugetlb', name: 'memfd hugetlb', needs: [], missing: 'hugetlb is not modelled' },
];

/**
 * Huge pages of four, so that a half of one is neither a single page of it nor all of it; and one more for
 * what is collapsed again.
 */
export function machineFor({ isHuge }: CowLayout): MachineSize {
  const pages = 16;
  return isHuge ? { cpus: 2, pages, hugePages: 2, hpagePmdNr: 4 } : { cpus: 2, pages };
}
