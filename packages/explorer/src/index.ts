export { canonicalText } from './canonical.js';
export { allocate, Cell, cell, partsOf, reach, whole } from './cell.js';
export { type DataRace, findDataRace } from './data-races.js';
export { ModelError } from './errors.js';
export { estimate, type Estimate, type EstimateOptions, expectedSize } from './estimate.js';
export {
  decodeExecutionId,
  encodeExecutionId,
  ExecutionIdError,
  type ExecutionPlan,
} from './execution-id.js';
export {
  Exploration,
  Outcome,
  type ExecutionListener,
  type ExplorationOptions,
} from './exploration.js';
export {
  explore,
  exploreAsync,
  type ExploreOptions,
  ExplorationRun,
  type Progress,
} from './explore.js';
export { EventFlag, EventKind, ExecutionGraph, initialWrite, none } from './graph.js';
export { exploreGraphs, type Graphs } from './graphs.js';
export {
  type Deviation,
  isSequentiallyConsistent,
  type Linearization,
  linearize,
} from './linearization.js';
export * from './interleavings/index.js';
export { RwLock, SpinLock } from './locks.js';
export { Access, type MemoryModel, readOrder, type Synchronization } from './memory-model.js';
export {
  acquires,
  Fence,
  fenceName,
  isAcquireFence,
  isReleaseFence,
  Order,
  orderName,
  releases,
} from './order.js';
export {
  assume,
  choose,
  cover,
  observe,
  fence,
  spawn,
  type Program,
  type Setup,
  type ThreadHandle,
} from './program.js';
export { seededRandom } from './random.js';
export { replay, type Step, type Trace } from './replay.js';
export type { Incompleteness, Result, Verdict, ViolationReport, Witness } from './result.js';
export { runtime, withRuntime, type Condition, type Runtime, type ThreadBody } from './runtime.js';
export { mustBeOrdinary } from './set-up.js';
export { noWrite, onlyLooks, Update, updatedValue } from './update.js';
export { Simulation, type SimulationOptions } from './simulation.js';
export { assert, Violation } from './violation.js';
export { type Watch, watchPrograms } from './watch.js';
