import { UNSTABLE_WRITE } from '@pagerace/fs';
import type { PropertyDefinition } from '@pagerace/kernel';

export const dirtyHasBuffers: PropertyDefinition = {
  id: 'I-BUF',
  statement:
    'a page of a file system with buffers that becomes dirty has buffers: ext4 warns where it has none',
};

export const stableWhileWritten: PropertyDefinition = {
  id: UNSTABLE_WRITE,
  statement: 'a page does not change while a disk writes it that needs it unchanged',
};

export const writtenPersists: PropertyDefinition = {
  id: 'I-PERSIST',
  statement:
    'once nobody holds a page of a file, what was last written to it is on the disk, or the page is dirty',
};

/** Of accesses by CPUs, which the kernel means to keep it for. */
export const mkwriteIsAsked: PropertyDefinition = {
  id: 'I-MKW',
  statement:
    'who makes a clean page of a file dirty has asked page_mkwrite() since the page was last made clean',
};

/** The same, of who holds a reference of get_user_pages(). */
export const mkwriteIsAskedByHolder: PropertyDefinition = {
  ...mkwriteIsAsked,
  allowed: 'no release asks page_mkwrite() for a page that get_user_pages() has given out',
};

export const filePageIsHeld: PropertyDefinition = {
  id: 'I-COH-F',
  statement:
    'while a reference for writing is held, the file has that page at its index, unless it was truncated',
};

export const truncatedIsGone: PropertyDefinition = {
  id: 'I-TRUNC',
  statement:
    'a file has nothing of what was in it before it was truncated, nor of what is written to a page that it has lost',
};

export const blockIsOwn: PropertyDefinition = {
  id: 'I-BLOCK',
  statement: 'a device that has a page of one file writes to no block of another',
};

export const deviceWriteIsSeen: PropertyDefinition = {
  id: 'I-SEEN',
  statement:
    'what a device has written to a page of a file that it holds is loaded through a mapping of the file',
};

/** What the document of February 2019 proposes of get_user_pages(). */
export const notGivenOutUnderWriteback: PropertyDefinition = {
  id: 'I-NOWB',
  statement: 'get_user_pages() gives out no page of a file for writing that is under writeback',
  allowed: 'no release looks at PG_writeback; with stable pages alone a fault waits for its end',
};
