export { userfaultfdHistories, userfaultfdSubsystem } from './subsystem.js';
export { UFFD_WP_RESOLVE, type UffdWpResolve, uffdWpResolveWritable } from './uffd-wp-resolve.js';
export {
  type MoveResult,
  UFFDIO_MOVE,
  type UffdioMove,
  uffdioMove,
  uffdioMoveSwapcache,
} from './uffdio-move.js';
export { type Uffd, USERFAULTFD, type Userfaultfd } from './userfaultfd.js';
