export { IgnorePins, PINNED_PAGE_CHECK, type PinnedPageCheck } from './pinned-page-check.js';
export { vmscanSubsystem } from './subsystem.js';
export { VMSCAN, type Vmscan } from './vmscan.js';
