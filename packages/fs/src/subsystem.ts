import type { Wiring } from '@pagerace/di';
import { bindOldest, type History } from '@pagerace/history';
import { Ext4, EXT4 } from './ext4.js';
import { journalledDirty } from './journalled-dirty.js';
import { writebackOfPinned } from './writeback-of-pinned.js';
import { journalledWritepage } from './journalled-writepage.js';
import { writepageWithoutBuffers } from './writepage-without-buffers.js';

export const fsHistories: readonly History[] = [
  writepageWithoutBuffers,
  journalledDirty,
  writebackOfPinned,
  journalledWritepage,
];

/** Binds the file systems, with the rules of the oldest kernel that is modelled. */
export function fsSubsystem(wiring: Wiring): void {
  wiring.bind(EXT4, Ext4);
  bindOldest(wiring, fsHistories);
}
