import type { Wiring } from '@pagerace/di';
import { bindOldest, type History } from '@pagerace/history';
import { Ext4, EXT4 } from './ext4.js';
import { journalledDirty } from './journalled-dirty.js';
<<<<<<< HEAD
import { writebackOfPinned } from './writeback-of-pinned.js';
=======
import { journalledWritepage } from './journalled-writepage.js';
>>>>>>> 766103e (scenarios, gup, fs: C1 to C34 of file-backed pages under a reference)
import { writepageWithoutBuffers } from './writepage-without-buffers.js';

export const fsHistories: readonly History[] = [
  writepageWithoutBuffers,
  journalledDirty,
<<<<<<< HEAD
  writebackOfPinned,
=======
  journalledWritepage,
>>>>>>> 766103e (scenarios, gup, fs: C1 to C34 of file-backed pages under a reference)
];

/** Binds the file systems, with the rules of the oldest kernel that is modelled. */
export function fsSubsystem(wiring: Wiring): void {
  wiring.bind(EXT4, Ext4);
  bindOldest(wiring, fsHistories);
}
