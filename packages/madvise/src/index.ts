export { MADVISE, type Madvise } from './madvise.js';
export { MADVISE_PAGEOUT, type MadvisePageout } from './madvise-pageout.js';
export { madviseSubsystem } from './subsystem.js';
