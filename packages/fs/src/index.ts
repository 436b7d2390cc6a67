export { Buffers } from './buffer.js';
export { type DataMode, EXT4, Ext4 } from './ext4.js';
export { FileDisk, UNSTABLE_WRITE } from './file-disk.js';
export {
  JOURNALLED_DIRTY,
  type JournalledDirty,
  journalledDirty,
  journalledPinned,
} from './journalled-dirty.js';
export {
  JOURNALLED_WRITEPAGE,
  type JournalledWritepage,
  journalledNoBget,
  journalledWritepage,
  journalledWritepages,
} from './journalled-writepage.js';
export { fsHistories, fsSubsystem } from './subsystem.js';
export {
  bouncePinned,
  bouncePinnedEarly,
  keepPinnedDirty,
  skipPinned,
  WRITEBACK_OF_PINNED,
  type WritebackOfPinned,
  writebackOfPinned,
} from './writeback-of-pinned.js';
export {
  ext4NoBug,
  WRITEPAGE_WITHOUT_BUFFERS,
  type WritepageWithoutBuffers,
  writepageWithoutBuffers,
} from './writepage-without-buffers.js';
