export {
  REPLACE_PINNED,
  type ReplacePinned,
  replaceRefusesPinned,
  replaceWaitsForPinned,
} from './replace-pinned.js';
export { truncateHistories, truncateSubsystem } from './subsystem.js';
export { TRUNCATE, Truncate } from './truncate.js';
