export {
  IgnorePins,
  keepPinned,
  keepPinnedFromSwap,
  PINNED_PAGE_CHECK,
  type PinnedPageCheck,
} from './pinned-page-check.js';
export { vmscanHistories, vmscanSubsystem } from './subsystem.js';
export { VMSCAN, type Vmscan } from './vmscan.js';
