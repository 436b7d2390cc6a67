import { barrierInstruction, Fence } from '@pagerace/machine';

/** dsb(ish): completes everything before it, also what was told to other CPUs. */
export function dsbIsh(suffix?: string): void {
  barrierInstruction('dsb(ish)', Fence.full, suffix);
}

/** dsb(ishst): completes the stores before it; nothing after it begins earlier, not even a load. */
export function dsbIshst(): void {
  barrierInstruction('dsb(ishst)', Fence.writeToAny);
}
