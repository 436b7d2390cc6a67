export { referenceArmv8 } from './armv8.js';
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
export {
  EventStructure,
  type EventStructureInit,
  type PickDependencies,
} from './event-structure.js';
export { referenceLkmm } from './lkmm.js';
export { lockStructure, type LockStructure, withLocks } from './locks.js';
export { referencePower } from './power.js';
export { referenceRc11, referenceRc11Cpp20 } from './rc11.js';
export {
  type AxiomViolation,
  type CycleEdge,
  type Flag,
  type Judgement,
  type ReferenceModel,
} from './reference-model.js';
export { referenceModels } from './reference-models.js';
export { Relation, sequence, union } from './relation.js';
export { referenceRiscv } from './riscv.js';
export { referenceSc } from './sequential-consistency.js';
export { referenceTso } from './total-store-order.js';
