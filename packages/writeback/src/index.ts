export { WRITEBACK, Writeback } from './page-writeback.js';
export { writebackSubsystem } from './subsystem.js';
