export { CopyHugePmd, HUGE_COPY, type HugeCopy } from './huge-copy.js';
export { HUGE_FAULT, type HugeFault } from './huge-fault.js';
export { HUGE_MEMORY, type HugeMemory } from './huge-memory.js';
export { hugeMemorySubsystem } from './subsystem.js';
