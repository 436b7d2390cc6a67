export {
  type Analysis,
  analyse,
  type SiteFinding,
  type Weakening,
  type Weakest,
} from './analysis.js';
export { type Assignment, asWritten, weakenings } from './assignment.js';
export type { Explore } from './safety.js';
