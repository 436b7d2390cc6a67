export { HUGE_MEMORY, type HugeMemory } from './huge-memory.js';
export { hugeMemorySubsystem } from './subsystem.js';
