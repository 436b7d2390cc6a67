import { definePlugin } from '@pagerace/kernel';
<<<<<<< HEAD
import { fileGupCounters } from './file-gup/counters.js';
import { fileGupCountersRead } from './file-gup/counters-read.js';
import { fileGupFalseOverflow } from './file-gup/false-overflow.js';
import { fileGupFalsePositive } from './file-gup/false-positive.js';
import { fileGupFollPinCounters } from './file-gup/foll-pin-counters.js';
import { fileGupHugeEntry } from './file-gup/huge-entry.js';
import { fileGupLastReference } from './file-gup/last-reference.js';
import { fileGupOverflow } from './file-gup/overflow.js';
import { fileGupPinWindow } from './file-gup/pin-window.js';
import { fileGupPutWithoutFree } from './file-gup/put-without-free.js';
import { fileGupBuffers, fileGupBuffersPin } from './file-gup/buffers.js';
=======
import {
  fileGupBuffers,
  fileGupBuffersJournal,
  fileGupBuffersPin,
  fileGupBuffersPinJournal,
  fileGupDropped,
} from './file-gup/buffers.js';
import {
  fileGupStable,
  fileGupDio,
  fileGupTwoProcesses,
  fileGupReadOnly,
} from './file-gup/stable.js';
import {
  fileGupNeverDirty,
  fileGupDirtyBefore,
  fileGupDirtyAfter,
  fileGupCheckedAfterDma,
  fileGupCheckedAfterCopy,
  fileGupTouch,
  fileGupFsyncTwice,
  fileGupJournal,
  fileGupJournalPin,
} from './file-gup/dirtying.js';
import {
  fileGupLongTerm,
  fileGupUnmapped,
  fileGupPinAgainstReclaim,
  fileGupAgainstMkclean,
  fileGupFlagsOnly,
} from './file-gup/kept.js';
>>>>>>> 766103e (scenarios, gup, fs: C1 to C34 of file-backed pages under a reference)
import { gupFastCollapse } from './gup-fast-collapse/collapse.js';
import { gupFastCollapseAbort } from './gup-fast-collapse/abort.js';
import { gupFastCollapseBothBackOff } from './gup-fast-collapse/both-back-off.js';
import { gupFastCollapseDeposit } from './gup-fast-collapse/deposit.js';
import { gupFastCollapseFile } from './gup-fast-collapse/file.js';
import { gupFastRetract } from './gup-fast-collapse/retract.js';
import { gupFastForkPin } from './gup-fast-collapse/fork-pin.js';
import { gupFastHugeFork } from './gup-fast-collapse/huge-fork.js';
import { gupFastCollapseMove } from './gup-fast-collapse/move.js';
import { gupFastMunmap } from './gup-fast-collapse/munmap.js';
import { gupFastCollapsePfnWalker } from './gup-fast-collapse/pfn-walker.js';
import { gupFastCollapsePinnedFirst } from './gup-fast-collapse/pinned-first.js';
import { gupFastCollapsePteMapped } from './gup-fast-collapse/pte-mapped.js';
import { gupFastCollapseSecondPage } from './gup-fast-collapse/second-page.js';
import { gupFastCollapseShared } from './gup-fast-collapse/shared.js';
import { gupSlowRetract } from './gup-fast-collapse/slow-retract.js';
import { gupFastCollapseSplit } from './gup-fast-collapse/split.js';
import { gupFastCollapseSwitchMm } from './gup-fast-collapse/switch-mm.js';
import { gupFastCollapseZap } from './gup-fast-collapse/zap.js';
import { madvFreeAfterSubmit } from './madv-free/after-submit.js';
import { madvFreeDio } from './madv-free/dio.js';
import { madvFreeDioAsync } from './madv-free/dio-async.js';
import { madvFreeDioAsyncSubmitted } from './madv-free/dio-async-submitted.js';
import { madvFreeDioBatch } from './madv-free/dio-batch.js';
import { madvFreeKvmDirty } from './madv-free/kvm-dirty.js';
import { madvFreeDioReclaimFirst } from './madv-free/dio-reclaim-first.js';
import { madvFreeDioReclaimLast } from './madv-free/dio-reclaim-last.js';
import { madvFreeDioSlowGup } from './madv-free/dio-slow-gup.js';
import { madvFreeDioTwoPages } from './madv-free/dio-two-pages.js';
import { madvFreeDioUniprocessor } from './madv-free/dio-uniprocessor.js';
import { madvFreeDioWrite } from './madv-free/dio-write.js';
import { madvFreeDroppable } from './madv-free/droppable.js';
import { madvFreeMappedTwice } from './madv-free/mapped-twice.js';
import { madvFreeTornByFork, madvFreeTornByExit } from './madv-free/torn-counters.js';
import { madvFreeReproducer } from './madv-free/reproducer.js';
import { madvFreeReproducerPatch } from './madv-free/reproducer-patch.js';
import { madvFreeTransientReference } from './madv-free/transient-reference.js';
import { swapExclusive } from './swap-exclusive/scenarios.js';
import { staleTlbCollapse } from './tlb/collapse.js';
import { staleTlbDeferredFlush } from './tlb/deferred-flush.js';
import { staleTlbUnmap } from './tlb/unmap.js';

/** The scenarios of this package, and the debugging patch that one of them needs. */
export const scenarios = definePlugin({
  id: '@pagerace/scenarios',
  scenarios: [
    madvFreeDio,
    madvFreeDioReclaimFirst,
    madvFreeDioReclaimLast,
    madvFreeDioSlowGup,
    madvFreeDioAsync,
    madvFreeDioAsyncSubmitted,
    madvFreeDioUniprocessor,
    madvFreeTransientReference,
    madvFreeAfterSubmit,
    madvFreeMappedTwice,
    madvFreeTornByFork,
    madvFreeTornByExit,
    madvFreeDioWrite,
    madvFreeDroppable,
    madvFreeDioTwoPages,
    madvFreeDioBatch,
    madvFreeKvmDirty,
    madvFreeReproducer,
    gupFastCollapse,
    gupFastCollapseAbort,
    gupFastCollapseSplit,
    gupFastCollapseZap,
    gupFastCollapseMove,
    gupFastCollapseDeposit,
    gupFastCollapsePinnedFirst,
    gupFastCollapseBothBackOff,
    gupFastCollapseShared,
    gupFastCollapsePfnWalker,
    gupFastCollapseFile,
    gupFastRetract,
    gupFastCollapsePteMapped,
    gupSlowRetract,
    gupFastCollapseSwitchMm,
    gupFastMunmap,
    gupFastHugeFork,
    gupFastForkPin,
    gupFastCollapseSecondPage,
    ...swapExclusive,
    staleTlbUnmap,
    staleTlbDeferredFlush,
    staleTlbCollapse,
    swapExclusiveStableWriteback,
    swapExclusiveWriteback,
    swapExclusiveSynchronous,
    swapExclusiveSlotReuse,
    swapExclusiveClearRefs,
    swapExclusiveMprotect,
    swapExclusiveReadOnly,
    swapExclusiveSwapoff,
    swapExclusiveSwapoffSwapIn,
    swapExclusiveSwapoffSynchronous,
    swapExclusiveSwapoffMarked,
    swapExclusiveStaleMarker,
    swapExclusiveStaleTranslation,
    swapExclusiveReadahead,
    swapExclusiveUffdWp,
    swapExclusiveSoftDirty,
    swapExclusiveMremap,
    swapExclusiveExitSwapIn,
    swapExclusiveFailedArchUnmap,
    swapExclusiveFailedDuplicate,
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
    fileGupBuffers,
    fileGupBuffersJournal,
    fileGupStable,
    fileGupNeverDirty,
    fileGupDirtyBefore,
    fileGupDirtyAfter,
    fileGupDio,
    fileGupLongTerm,
    fileGupCheckedAfterDma,
    fileGupCheckedAfterCopy,
    fileGupTouch,
    fileGupUnmapped,
    fileGupBuffersPin,
    fileGupBuffersPinJournal,
    fileGupPinAgainstReclaim,
    fileGupJournal,
    fileGupJournalPin,
    fileGupDropped,
    fileGupFsyncTwice,
    fileGupTwoProcesses,
    fileGupReadOnly,
    fileGupAgainstMkclean,
    fileGupFlagsOnly,
  ],
  patches: [madvFreeReproducerPatch],
});
