import { barrierInstruction, Fence } from '@pagerace/machine';

/** dsb(ish): completes everything before it, also what was told to other CPUs. */
export function dsbIsh(): void {
  barrierInstruction('dsb(ish)', Fence.full);
}

/**
 * dsb(ishst): completes the stores before it; nothing after it begins earlier, not even a load. A
 * dmb(ishst), smp_wmb(), orders stores against stores only.
 */
export function dsbIshst(): void {
  barrierInstruction('dsb(ishst)', Fence.writeToAny);
}
