import type { Scenario } from '@pagerace/kernel';
import { swapExclusiveClearRefs } from './clear-refs.js';
import { swapExclusiveDirectWrite } from './direct-write.js';
import { swapExclusiveExitSwapIn } from './exit-swap-in.js';
import { swapExclusiveFailedArchUnmap, swapExclusiveFailedDuplicate } from './failed-unmap.js';
import { swapExclusiveForceWrite } from './force-write.js';
import {
  swapExclusiveFork,
  swapExclusiveForkBefore,
  swapExclusiveForkDuring,
  swapExclusiveForkPin,
  swapExclusiveForkSwapped,
  swapExclusivePinShared,
} from './fork.js';
import { swapExclusiveGupUnderWriteback } from './gup-under-writeback.js';
import {
  swapExclusivePin,
  swapExclusivePinInCache,
  swapExclusiveSecondRead,
  swapExclusiveTwice,
} from './held.js';
import { swapExclusiveKhugepaged, swapExclusiveKhugepagedUnmapped } from './khugepaged.js';
import { swapExclusiveKsm } from './ksm.js';
import { swapExclusiveKsmGupFast } from './ksm-gup-fast.js';
import { swapExclusiveKsmSwap } from './ksm-swap.js';
import { swapExclusiveLastOfTwo } from './last-of-two.js';
import { swapExclusiveLazyfree } from './lazyfree.js';
import { swapExclusiveMigration, swapExclusiveMigrationUnmapped } from './migration.js';
import { swapExclusiveMigrationGupFast } from './migration-gup-fast.js';
import { swapExclusiveMprotect } from './mprotect.js';
import { swapExclusiveMremap } from './mremap.js';
import { swapExclusiveReadOnly } from './read-only.js';
import { swapExclusiveReadahead } from './readahead.js';
import { swapExclusiveRefault, swapExclusiveStore } from './refault.js';
import {
  swapExclusiveForkSwapIn,
  swapExclusivePinAgainstUnmap,
  swapExclusiveSharedThenAlone,
  swapExclusiveTwoFaults,
} from './shared.js';
import { swapExclusiveSharedInCache } from './shared-in-cache.js';
import { swapExclusiveSlotReuse, swapExclusiveSynchronous } from './skip-swap-cache.js';
import { swapExclusiveSoftDirty } from './soft-dirty.js';
import { swapExclusiveStaleMarker } from './stale-marker.js';
import { swapExclusiveStaleTranslation } from './stale-translation.js';
import { swapExclusiveSwapoff } from './swapoff.js';
import { swapExclusiveSwapoffMarked } from './swapoff-marked.js';
import { swapExclusiveSwapoffSwapIn, swapExclusiveSwapoffSynchronous } from './swapoff-swap-in.js';
import { swapExclusiveUffdWp } from './uffd-wp.js';
import { swapExclusiveUffdioMove } from './uffdio-move.js';
import {
  swapExclusiveDirtyInCache,
  swapExclusiveStableReadFirst,
  swapExclusiveStableWriteback,
  swapExclusiveWriteback,
} from './writeback.js';

/** What becomes of a page that is swapped out under a reference, in the order of the numbers in their titles. */
export const swapExclusive: readonly Scenario[] = [
  swapExclusiveRefault,
  swapExclusiveStore,
  swapExclusiveClearRefs,
  swapExclusiveMprotect,
  swapExclusiveSwapoff,
  swapExclusiveTwoFaults,
  swapExclusiveKsm,
  swapExclusiveKsmGupFast,
  swapExclusiveMigration,
  swapExclusiveMigrationGupFast,
  swapExclusiveFork,
  swapExclusiveForkBefore,
  swapExclusiveForkDuring,
  swapExclusiveForkPin,
  swapExclusiveForkSwapped,
  swapExclusivePin,
  swapExclusiveStableWriteback,
  swapExclusiveWriteback,
  swapExclusiveDirectWrite,
  swapExclusivePinShared,
  swapExclusiveForceWrite,
  swapExclusiveLazyfree,
  swapExclusiveUffdioMove,
  swapExclusiveKsmSwap,
  swapExclusiveSynchronous,
  swapExclusiveSlotReuse,
  swapExclusiveForkSwapIn,
  swapExclusiveStaleMarker,
  swapExclusiveSwapoffMarked,
  swapExclusivePinAgainstUnmap,
  swapExclusivePinInCache,
  swapExclusiveFailedArchUnmap,
  swapExclusiveFailedDuplicate,
  swapExclusiveTwice,
  swapExclusiveReadOnly,
  swapExclusiveSecondRead,
  swapExclusiveUffdWp,
  swapExclusiveSoftDirty,
  swapExclusiveSharedThenAlone,
  swapExclusiveLastOfTwo,
  swapExclusiveStableReadFirst,
  swapExclusiveGupUnderWriteback,
  swapExclusiveDirtyInCache,
  swapExclusiveSharedInCache,
  swapExclusiveMremap,
  swapExclusiveKhugepaged,
  swapExclusiveKhugepagedUnmapped,
  swapExclusiveStaleTranslation,
  swapExclusiveExitSwapIn,
  swapExclusiveReadahead,
  swapExclusiveSwapoffSwapIn,
  swapExclusiveSwapoffSynchronous,
  swapExclusiveMigrationUnmapped,
];
