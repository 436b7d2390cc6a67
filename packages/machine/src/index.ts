export {
  read,
  readOnce,
  smpLoadAcquire,
  smpStoreMb,
  smpStoreRelease,
  standInRelease,
  write,
  writeOnce,
} from './access.js';
export { Allocation } from './allocation.js';
export * from './atomic.js';
export {
  smpMb,
  smpMbAfterAtomic,
  smpMbAfterSpinlock,
  smpMbBeforeAtomic,
  smpRmb,
  smpWmb,
} from './barrier.js';
export { BitLock, bitLock, bitTrylock, bitUnlock } from './bit-lock.js';
export {
  type Bit,
  clearBit,
  clearBitUnlock,
  FlagsWord,
  nonatomicClearBit,
  nonatomicSetBit,
  setBit,
  testAndClearBit,
  testAndSetBit,
  testAndSetBitLock,
  testBit,
} from './bitops.js';
export { bootable } from './boot-memory.js';
export { BUG_ON, MachineProperty, VM_BUG_ON, WARN_ON } from './bug.js';
export { barrierInstruction, updateInstruction } from './instruction.js';
export { irqsDisabled, localIrqRestore, localIrqSave } from './irq.js';
export {
  callStack,
  currentFunction,
  defineKernelFunction,
  type Frame,
  kernelFunction,
  KernelFunction,
} from './kernel-function.js';
export { kernelSpelling } from './kernel-spelling.js';
export { lockClass, type LockClass } from './lock-class.js';
export { lockdepAssertHeld, type TrackedLock } from './lockdep.js';
export { Agent, Cpu, MACHINE, Machine, type MachineOptions, type Results } from './machine.js';
export { Mutex, mutexLock, mutexTrylock, mutexUnlock } from './mutex.js';
export {
  dropped,
  type Ordering,
  type OrderingOverride,
  type OrderingSite,
  OrderingSites,
  overrideName,
  overrideNamed,
} from './ordering-site.js';
export { PerCpu } from './percpu.js';
export {
  inAtomic,
  mightSleep,
  preemptDisable,
  preemptEnable,
  smpProcessorId,
  thisCpu,
} from './preempt.js';
export { referenceAdd, referenceSub, referenceSubAndTest } from './refcount.js';
export { callRcu, rcuReadLock, rcuReadUnlock, synchronizeRcu } from './rcu.js';
export {
  downRead,
  downReadTrylock,
  downWrite,
  downWriteTrylock,
  RwSemaphore,
  upRead,
  upWrite,
} from './rwsem.js';
export {
  rawReadSeqcount,
  rawWriteSeqcountBegin,
  rawWriteSeqcountEnd,
  readSeqcountBegin,
  readSeqcountRetry,
  Seqcount,
} from './seqcount.js';
export { smpCallFunctionMany } from './smp.js';
export {
  ptlockFree,
  Spinlock,
  spinLock,
  spinLockInit,
  spinLockIrq,
  spinLockNested,
  spinTrylock,
  spinUnlock,
  spinUnlockIrq,
} from './spinlock.js';
export { current, isInTask, Task, TaskLocal, taskName } from './task.js';
export { trace, type TraceAnnotation } from './trace.js';
export { formatted, formatValue } from './value-format.js';
export { complete, Completion, waitEvent, waitForCompletion } from './wait.js';
// What kernel code says of its own run, in the explorer's words; so that a model needs one import.
export { cell, type Cell, choose, cover, Fence, Order, Violation } from '@pagerace/explorer';
