export {
  DIRTY_NOBUFFERS,
  type DirtyNobuffers,
  dirtyNobuffers,
  dirtyNobuffersNoBug,
} from './dirty-nobuffers.js';
export { WRITEBACK, Writeback } from './page-writeback.js';
export { writebackHistories, writebackSubsystem } from './subsystem.js';
