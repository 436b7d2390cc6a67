export { type Condition, conditionText, type Observable, type Proposition } from './condition.js';
export { LitmusError, LitmusSyntaxError, type Position, UnsupportedError } from './errors.js';
export { LimitReached } from './execution/limit.js';
export { type Found } from './execution/search.js';
export { explanationDot } from './explanation/dot.js';
export { type Candidate, explain, type Explanation } from './explanation/explanation.js';
export { explanationObject, type ExplanationObject } from './explanation/object.js';
export { explanationText } from './explanation/text.js';
export { type Moment, timeline } from './explanation/timeline.js';
export {
  anyValueFlag,
  dataRaceFlag,
  type FinalState,
  judge,
  type JudgeOptions,
  type LitmusVerdict,
  loopBoundFlag,
  noExecutionFlag,
} from './judge.js';
export {
  judgeFile,
  type JudgedFile,
  type JudgeFileOptions,
  type LitmusOutcome,
} from './judge-file.js';
export { defaultModel, modelNamed, modelsFor } from './models.js';
export { parseLitmus } from './parse.js';
export { type Architecture, type Expected, type LitmusTest, type Observation } from './test.js';
export { type Value } from './value.js';
export { type LitmusReport, reportObject, reportText, type Timing } from './report.js';
export { type LitmusIo, litmusFiles, runLitmus, type RunLitmusOptions } from './run.js';
export { type LitmusSummary, summarise, summaryText } from './summary.js';
