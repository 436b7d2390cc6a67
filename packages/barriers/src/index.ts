export {
  type Analysis,
  analyse,
  type SiteFinding,
  type Weakening,
  type Weakest,
} from './analysis.js';
export { type Assignment, asWritten, weakenings } from './assignment.js';
export {
  barriersDocument,
  type BarriersDocument,
  type MachineDocument,
  type SiteDocument,
  type WeakeningDocument,
} from './document.js';
export { type BarriersReport, isAnswered, type MachineReport } from './report.js';
export type { Explore } from './safety.js';
export { barriersText, type BarriersTextOptions } from './text.js';
