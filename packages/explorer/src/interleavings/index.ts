export {
  contextBounded,
  type ContextBoundedOptions,
  type ContextBoundedResult,
} from './context-bounded.js';
export { enumerate, type EnumerateOptions, type Enumeration } from './enumerate.js';
export { InterleavingMachine, stop, type Decide, type Snapshot } from './machine.js';
export type { MemoryKind } from './memory.js';
export { sample, type SampleOptions, type SampleResult } from './sample.js';
export { contextSwitches, type Action, type Schedule, type Segment } from './schedule.js';
export type { FoundViolation, SearchOptions, SearchProgress } from './search.js';
