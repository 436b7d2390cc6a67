import type { Wiring } from '@pagerace/di';
import { bindOldest, type History, unchanged } from '@pagerace/history';
import { changeHugeWritable, changeWritable } from './change-writable.js';
import { CLEAR_REFS, ClearRefs, clearRefsLocking, softDirtyPins } from './clear-refs.js';
import { MPROTECT, Mprotect } from './mprotect.js';
import { MREMAP, Mremap } from './mremap.js';

export const mprotectHistories: readonly History[] = [
  changeWritable,
  changeHugeWritable,
  softDirtyPins,
  unchanged('fs/proc/task_mmu.c:clear_refs_write(), its mmap_lock', clearRefsLocking.since),
  // v4.12 flushes behind the new table's lock, and at once only what was dirty. Read in v4.12, v5.14-rc5 and v5.17-rc5.
  unchanged('mm/mremap.c:move_ptes(), its flush', 'v5.14-rc5'),
];

/** Binds the system calls that change entries of a process, with the rules of the oldest kernel that is modelled. */
export function mprotectSubsystem(wiring: Wiring): void {
  wiring.bind(MPROTECT, Mprotect).bind(MREMAP, Mremap).bind(CLEAR_REFS, ClearRefs);
  bindOldest(wiring, mprotectHistories);
}
