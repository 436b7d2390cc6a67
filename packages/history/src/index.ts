export {
  type AnyVariant,
  asked,
  asOf,
  bindOldest,
  type Filling,
  type History,
  history,
  type Origin,
  posted,
  since,
  unchanged,
  type Variant,
} from './history.js';
export { HistoryError } from './history-error.js';
export { type Commit, commit, type PatchFacts, unmerged } from './patch.js';
export { compareReleases, isRelease, type Release } from './release.js';
