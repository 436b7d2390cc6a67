export { FORK, type Fork, prepareChild, type ZapDetails } from './fork.js';
export { forkHistories, forkSubsystem } from './subsystem.js';
export {
  forkWriteProtectFullBarrier,
  FullBarrierBehindSequence,
  WRITE_PROTECT_ORDERING,
  WriteBarrierOnly,
  type WriteProtectOrdering,
  writeProtectSeq,
} from './write-protect-ordering.js';
