export { CandidateExecution } from './candidate-execution.js';
export {
  type C11Tag,
  type Event,
  type EventKind,
  initialThread,
  type InstructionAccessTag,
  type InstructionFenceTag,
  type KernelAccessTag,
  type KernelFenceTag,
  type Tag,
} from './event.js';
export { EventSet } from './event-set.js';
export { EventStructure, type EventStructureInit } from './event-structure.js';
export {
  type AxiomViolation,
  type CycleEdge,
  type Flag,
  type Judgement,
  type ReferenceModel,
} from './reference-model.js';
export { Relation, sequence, union } from './relation.js';
