import type { Architecture, Pte, PteWalk } from '@pagerace/page-model';
import { expect, test } from 'vitest';
import { RecheckPmdAndPte } from '../src/index.js';

// gup_pte_range(), mm/gup.c, v6.0 (70cbc3cc78a9).
test.each([
  [1n, 2n, true],
  [0n, 2n, false],
  [1n, 0n, false],
])(
  'GUP-fast of v6.0 gives a page out if the entry of its table is the same, and its own: %s, %s',
  (pmdNow, pteNow, expected) => {
    const arch: Partial<Architecture> = {
      pmdpGet: (): Pte => pmdNow,
      ptepGet: (): Pte => pteNow,
    };
    const walk: Partial<PteWalk> = { pmd: 1n };
    const recheck = new RecheckPmdAndPte();
    expect(recheck.isUnchanged(arch as Architecture, walk as PteWalk, 2n)).toBe(expected);
  },
);
