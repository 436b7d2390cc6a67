export { ascii } from './ascii.js';
export { commandLines } from './command-lines.js';
export {
  type ConformanceCell,
  type ConformanceDocument,
  conformanceDocument,
  type ConformanceOutcome,
  type ConformanceReport,
  conformanceTables,
} from './conformance.js';
export {
  type BisectDocument,
  bisectDocument,
  type BisectReport,
  type CatalogueDocument,
  catalogueDocument,
  type CatalogueEntry,
  type CompareDocument,
  compareDocument,
  documentVersion,
  type EstimateDocument,
  estimateDocument,
  type EventDocument,
  json,
  jsonLine,
  progressEvent,
  type ReproductionDocument,
  reproductionDocument,
  type RunDocument,
  runDocument,
  type ScenarioDocument,
  scenarioDocument,
  type ScenarioReport,
  type SearchFacts,
  type StepDocument,
  type TraceDocument,
  traceDocument,
  type ViolationDocument,
} from './document.js';
export { bySimplicity, distinctFailures, type Failure } from './failures.js';
export { bytes, count, counted, duration, roughly } from './number.js';
export { pageWidth } from './page.js';
export {
  extentText,
  type ProgressFacts,
  progressLine,
  type Remaining,
  remaining,
} from './progress-line.js';
export {
  asExpected,
  type Expectation,
  type Extent,
  isBroken,
  type Misfit,
  otherProperties,
  type RunReport,
  type Subject,
} from './run-report.js';
export { table, type TableOptions } from './table.js';
export { valueText } from './value.js';
export { marks, type Tone, toneOf, verdictText } from './verdict-text.js';
export { shorten, wrap } from './wrap.js';
export { isWeak, needsWeakMemory } from './weak-memory.js';
