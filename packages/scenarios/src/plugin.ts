import { definePlugin } from '@pagerace/kernel';
import { fileGup } from './file-gup/scenarios.js';
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
    ...fileGup,
    staleTlbUnmap,
    staleTlbDeferredFlush,
    staleTlbCollapse,
  ],
  patches: [madvFreeReproducerPatch],
});
