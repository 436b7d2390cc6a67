import type { Pte } from '@pagerace/page-model';
import { maskOf } from '@pagerace/pgtable-generic';
import {
  _PAGE_DIRTY,
  _PAGE_INVALID,
  _PAGE_NOEXEC,
  _PAGE_PRESENT,
  _PAGE_PROTECT,
  _PAGE_READ,
  _PAGE_SOFT_DIRTY,
  _PAGE_WRITE,
  _PAGE_YOUNG,
  _SEGMENT_ENTRY_DIRTY,
  _SEGMENT_ENTRY_INVALID,
  _SEGMENT_ENTRY_LARGE,
  _SEGMENT_ENTRY_NOEXEC,
  _SEGMENT_ENTRY_PROTECT,
  _SEGMENT_ENTRY_READ,
  _SEGMENT_ENTRY_SOFT_DIRTY,
  _SEGMENT_ENTRY_WRITE,
  _SEGMENT_ENTRY_YOUNG,
} from './bits.js';
import { s390Layout } from './layout.js';

/** What a bit of an entry of the last level is in one for a huge page (arch/s390/mm/hugetlbpage.c). */
const counterparts: readonly (readonly [pte: Pte, rste: Pte])[] = [
  [_PAGE_READ, _SEGMENT_ENTRY_READ],
  [_PAGE_WRITE, _SEGMENT_ENTRY_WRITE],
  [_PAGE_INVALID, _SEGMENT_ENTRY_INVALID],
  [_PAGE_PROTECT, _SEGMENT_ENTRY_PROTECT],
  [_PAGE_DIRTY, _SEGMENT_ENTRY_DIRTY],
  [_PAGE_YOUNG, _SEGMENT_ENTRY_YOUNG],
  [_PAGE_SOFT_DIRTY, _SEGMENT_ENTRY_SOFT_DIRTY],
  [_PAGE_NOEXEC, _SEGMENT_ENTRY_NOEXEC],
];

const frame = maskOf(s390Layout.frame);
const hugeFrame = frame & ~0xfffffn;

/** __pte_to_rste(). */
export function pteToRste(pte: Pte): Pte {
  return counterparts.reduce(
    (rste, [bit, other]) => ((pte & bit) === 0n ? rste : rste | other),
    (pte & hugeFrame) | _SEGMENT_ENTRY_LARGE,
  );
}

/** __rste_to_pte(). */
export function rsteToPte(rste: Pte): Pte {
  return counterparts.reduce(
    (pte, [bit, other]) => ((rste & other) === 0n ? pte : pte | bit),
    (rste & hugeFrame) | _PAGE_PRESENT,
  );
}
