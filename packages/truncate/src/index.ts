export { truncateSubsystem } from './subsystem.js';
export { TRUNCATE, Truncate } from './truncate.js';
