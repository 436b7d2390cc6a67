export { FORK, type Fork, prepareChild } from './fork.js';
export { forkSubsystem } from './subsystem.js';
export {
  WRITE_PROTECT_ORDERING,
  WriteBarrierOnly,
  type WriteProtectOrdering,
} from './write-protect-ordering.js';
