import { definePlugin } from '@pagerace/kernel';
import { gupFastCollapse } from './gup-fast-collapse/collapse.js';
import { madvFreeAfterSubmit } from './madv-free/after-submit.js';
import { madvFreeDio } from './madv-free/dio.js';
import { madvFreeDioAsync } from './madv-free/dio-async.js';
import { madvFreeDioAsyncSubmitted } from './madv-free/dio-async-submitted.js';
import { madvFreeDioBatch } from './madv-free/dio-batch.js';
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
import { madvFreeTransientReference } from './madv-free/transient-reference.js';
import { staleTlbDeferredFlush } from './tlb/deferred-flush.js';
import { staleTlbUnmap } from './tlb/unmap.js';

/** The scenarios of this package. */
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
    madvFreeReproducer,
    gupFastCollapse,
    staleTlbUnmap,
    staleTlbDeferredFlush,
  ],
});
