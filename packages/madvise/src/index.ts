export { MADVISE, type Madvise } from './madvise.js';
export { madviseSubsystem } from './subsystem.js';
