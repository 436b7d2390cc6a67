import type { Scenario } from '@pagerace/kernel';
import {
  fileGupBuffers,
  fileGupBuffersJournal,
  fileGupBuffersPin,
  fileGupBuffersPinJournal,
  fileGupDioBuffers,
  fileGupDropped,
} from './buffers.js';
import { fileGupCounters } from './counters.js';
import { fileGupCountersRead } from './counters-read.js';
import {
  fileGupCheckedAfterCopy,
  fileGupCheckedAfterDma,
  fileGupDirtyAfter,
  fileGupDirtyBefore,
  fileGupFsyncTwice,
  fileGupJournal,
  fileGupJournalPin,
  fileGupJournalReclaim,
  fileGupNeverDirty,
  fileGupTouch,
} from './dirtying.js';
import { fileGupDax } from './dax.js';
import { fileGupFalseOverflow } from './false-overflow.js';
import { fileGupFalsePositive } from './false-positive.js';
import { fileGupFollPinCounters } from './foll-pin-counters.js';
import { fileGupHugeEntry } from './huge-entry.js';
import {
  fileGupAgainstMkclean,
  fileGupFlagsOnly,
  fileGupLongTerm,
  fileGupPinAgainstReclaim,
  fileGupUnmapped,
} from './kept.js';
import { fileGupLastReference } from './last-reference.js';
import { fileGupMigrated } from './migrated.js';
import {
  fileGupFixedBuffer,
  fileGupLongtermFast,
  fileGupLongtermPrivate,
  fileGupLongtermSlow,
  fileGupLongtermTmpfs,
} from './longterm.js';
import {
  fileGupNotifier,
  fileGupNotifierPunch,
  fileGupNotifierReclaim,
  fileGupNotifierSleeping,
} from './notifier.js';
import { fileGupOverflow } from './overflow.js';
import { fileGupPinWindow } from './pin-window.js';
import { fileGupPutWithoutFree } from './put-without-free.js';
import {
  fileGupAskedInInterrupt,
  fileGupBounceOrder,
  fileGupPinAgainstReplacement,
  fileGupPinAgainstWriteback,
  fileGupUnderWriteback,
  fileGupUnderWritebackUnstable,
} from './remedies.js';
import { fileGupDio, fileGupReadOnly, fileGupStable, fileGupTwoProcesses } from './stable.js';
import {
  fileGupOrphan,
  fileGupReplaced,
  fileGupTruncated,
  fileGupTruncatedJournal,
} from './truncated.js';
import { fileGupMunmap } from './unmapped.js';

/** Pages of files that somebody refers to, in the order of their numbers. */
export const fileGup: readonly Scenario[] = [
  fileGupBuffers,
  fileGupBuffersJournal,
  fileGupDioBuffers,
  fileGupStable,
  fileGupNeverDirty,
  fileGupDirtyBefore,
  fileGupDirtyAfter,
  fileGupDio,
  fileGupReplaced,
  fileGupLongTerm,
  fileGupTruncated,
  fileGupTruncatedJournal,
  fileGupCheckedAfterDma,
  fileGupCheckedAfterCopy,
  fileGupTouch,
  fileGupBounceOrder,
  fileGupUnderWriteback,
  fileGupUnderWritebackUnstable,
  fileGupNotifier,
  fileGupNotifierReclaim,
  fileGupNotifierPunch,
  fileGupNotifierSleeping,
  fileGupAskedInInterrupt,
  fileGupOrphan,
  fileGupDax,
  fileGupUnmapped,
  fileGupBuffersPin,
  fileGupBuffersPinJournal,
  fileGupPinAgainstReclaim,
  fileGupMigrated,
  fileGupLongtermFast,
  fileGupLongtermSlow,
  fileGupLongtermPrivate,
  fileGupLongtermTmpfs,
  fileGupCounters,
  fileGupCountersRead,
  fileGupFollPinCounters,
  fileGupFalsePositive,
  fileGupPinWindow,
  fileGupOverflow,
  fileGupHugeEntry,
  fileGupPutWithoutFree,
  fileGupLastReference,
  fileGupFalseOverflow,
  fileGupJournal,
  fileGupJournalPin,
  fileGupJournalReclaim,
  fileGupDropped,
  fileGupFsyncTwice,
  fileGupMunmap,
  fileGupFixedBuffer,
  fileGupTwoProcesses,
  fileGupReadOnly,
  fileGupAgainstMkclean,
  fileGupPinAgainstWriteback,
  fileGupFlagsOnly,
  fileGupPinAgainstReplacement,
];
