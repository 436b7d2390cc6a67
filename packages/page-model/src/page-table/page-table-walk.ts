import {
  defineKernelFunction,
  rcuReadLock,
  rcuReadUnlock,
  spinLock,
  spinLockNested,
  spinUnlock,
} from '@pagerace/machine';
import type { VirtualAddress } from '../address.js';
import type { Memory } from '../memory.js';
import type { Mm } from '../mm/mm-struct.js';
import { pmdInstall } from './page-table-alloc.js';
import type { PageTable } from './page-table.js';
import type { Pte, Ptep } from './page-table-entry.js';

/** Where a walk ended that stopped one level above the last, with the entry as it was read. */
export interface PmdWalk {
  readonly pmdp: Ptep;
  readonly pmd: Pte;
}

/** Where a walk ended: at an entry of the last level, with the entry above as it was read. */
export interface PteWalk extends PmdWalk {
  readonly ptep: Ptep;
  /** The table of `ptep`, to which `pmd` points. */
  readonly table: PageTable;
}

/** What of a range of addresses each entry above the last level covers: pmd_addr_end(). */
export function* pmdRanges(
  { hpagePmdSize }: Memory,
  first: VirtualAddress,
  last: VirtualAddress,
): Iterable<readonly [start: VirtualAddress, end: VirtualAddress]> {
  for (let start = first, end; start < last; start = end) {
    end = Math.min(start - (start % hpagePmdSize) + hpagePmdSize, last);
    yield [start, end];
  }
}

/** The entry of the level above the last; undefined where the table that it is in is missing. */
export function pmdOffset(mm: Mm, address: VirtualAddress): Ptep | undefined {
  const { arch, levels } = mm.memory;
  let table = mm.pgd;
  for (let level = 0; level < levels.length - 2; level++) {
    const entryp = table.entry(address);
    if (entryp === undefined) return undefined;
    const entry = arch.ptepGet(entryp);
    if (arch.pmdNone(entry)) return undefined;
    table = mm.memory.pageTableAt(arch.tablePfn(entry));
  }
  return table.entry(address);
}

/** Walks to the entry above the last level without any lock, each entry read once. */
export function walkToPmd(mm: Mm, address: VirtualAddress): PmdWalk | undefined {
  const pmdp = pmdOffset(mm, address);
  return pmdp === undefined ? undefined : { pmdp, pmd: mm.memory.arch.pmdpGet(pmdp) };
}

/**
 * pte_offset_map(): the entry for an address in the table that `pmd`, as it was read, points to.
 *
 * @returns undefined where there is no table, or a huge page in its place
 */
export function pteOffsetMap(
  mm: Mm,
  { pmdp, pmd }: PmdWalk,
  address: VirtualAddress,
): PteWalk | undefined {
  const { arch } = mm.memory;
  if (!arch.pmdPresent(pmd) || arch.pmdTransHuge(pmd)) return undefined;
  const table = mm.memory.pageTableAt(arch.tablePfn(pmd));
  const ptep = table.entry(address);
  return ptep === undefined ? undefined : { ptep, pmdp, pmd, table };
}

/**
 * Walks to the last-level entry for an address without any lock, each entry read once.
 *
 * @returns undefined where a table is missing, or a huge page is mapped
 */
export function walkToPte(mm: Mm, address: VirtualAddress): PteWalk | undefined {
  const walk = walkToPmd(mm, address);
  return walk === undefined ? undefined : pteOffsetMap(mm, walk, address);
}

/** An entry of the last level, and its table, whose lock the caller holds: it covers all its entries. */
export interface LockedPte {
  readonly ptep: Ptep;
  readonly table: PageTable;
}

/** pte_offset_map_nolock(): as {@link walkToPte}, and keeps the table until it is unmapped. */
export function pteOffsetMapNolock(mm: Mm, address: VirtualAddress): PteWalk | undefined {
  const { inRcuSection } = mm.memory.pteMapRule;
  if (inRcuSection) rcuReadLock();
  const walk = walkToPte(mm, address);
  if (inRcuSection && walk === undefined) rcuReadUnlock();
  return walk;
}

/** pte_unmap(). */
export function pteUnmap({ table }: { readonly table: PageTable }): void {
  if (table.memory.pteMapRule.inRcuSection) rcuReadUnlock();
}

/**
 * pte_offset_map_lock(): the entry for an address, with its page-table lock held.
 *
 * @param subclass for the second of two tables that are locked together (`spin_lock_nested()`)
 * @returns undefined, and no lock held, where a table is missing
 */
export function pteOffsetMapLock(
  mm: Mm,
  address: VirtualAddress,
  subclass = 0,
): LockedPte | undefined {
  const { arch, pteMapRule } = mm.memory;
  for (;;) {
    const walk = pteOffsetMapNolock(mm, address);
    if (walk === undefined) return undefined;
    const { pmdp, pmd, table } = walk;
    if (subclass === 0) spinLock(table.ptl);
    else spinLockNested(table.ptl, subclass);
    // Who takes the table out holds its lock, too: what is still there will be until this one is given
    // back. pmd_same().
    if (!pteMapRule.looksAgain || arch.pmdpGet(pmdp) === pmd) return walk;
    pteUnmapUnlock(walk);
  }
}

/** pte_unmap_unlock(). */
export function pteUnmapUnlock(locked: LockedPte): void {
  spinUnlock(locked.table.ptl);
  pteUnmap(locked);
}

/**
 * Does something to the entry for an address with the page-table lock held.
 *
 * @returns what `body` returns, or undefined where a table is missing
 */
export function withPteLocked<T>(
  mm: Mm,
  address: VirtualAddress,
  body: (ptep: Ptep) => T,
): T | undefined {
  const locked = pteOffsetMapLock(mm, address);
  if (locked === undefined) return undefined;
  const result = body(locked.ptep);
  pteUnmapUnlock(locked);
  return result;
}

/**
 * pmd_alloc() and the levels above it: links in the tables for an address that are missing, but for that
 * of the last level.
 *
 * @returns the entry above the last level
 */
export function pmdAlloc(mm: Mm, address: VirtualAddress): Ptep {
  const { arch, levels } = mm.memory;
  let table = mm.pgd;
  for (let level = 1; level < levels.length - 1; level++) {
    const entryp = table.entry(address)!;
    const entry = arch.ptepGet(entryp);
    table = arch.pmdNone(entry)
      ? pmdInstall(mm, address, entryp, level)
      : mm.memory.pageTableAt(arch.tablePfn(entry));
  }
  return table.entry(address)!;
}

/** pte_alloc() and the levels above it: links in the tables for an address that are missing. */
export const pteAlloc = defineKernelFunction(
  'mm/memory.c',
  '__pte_alloc',
  (mm: Mm, address: VirtualAddress): void => {
    const { arch, levels } = mm.memory;
    const pmdp = pmdAlloc(mm, address);
    if (arch.pmdNone(arch.ptepGet(pmdp))) pmdInstall(mm, address, pmdp, levels.length - 1);
  },
);
