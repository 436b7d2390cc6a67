import { Fence } from '@pagerace/explorer';
import { barrierInstruction } from './instruction.js';

/** A full memory barrier. @param suffix tells two in one function apart, for {@link OrderingSites} */
export function smpMb(suffix?: string): void {
  barrierInstruction('smp_mb', Fence.full, suffix);
}

/** Orders the reads before it against the reads after it. */
export function smpRmb(suffix?: string): void {
  barrierInstruction('smp_rmb', Fence.read, suffix);
}

/** Orders the writes before it against the writes after it. */
export function smpWmb(suffix?: string): void {
  barrierInstruction('smp_wmb', Fence.write, suffix);
}

/** Makes the void atomic or bit operation that follows a full barrier. */
export function smpMbBeforeAtomic(suffix?: string): void {
  barrierInstruction('smp_mb__before_atomic', Fence.full, suffix);
}

/** Makes the void atomic or bit operation that it follows a full barrier. */
export function smpMbAfterAtomic(suffix?: string): void {
  barrierInstruction('smp_mb__after_atomic', Fence.full, suffix);
}

/** Makes the lock acquisition that it follows a full barrier. */
export function smpMbAfterSpinlock(suffix?: string): void {
  barrierInstruction('smp_mb__after_spinlock', Fence.full, suffix);
}
