import type { Wiring } from '@pagerace/di';
import { CopyHugePmd, HUGE_COPY } from './huge-copy.js';
import { AnonHugeFault, HUGE_FAULT } from './huge-fault.js';
import { HUGE_MEMORY } from './huge-memory.js';
import { HugePmd } from './huge-pmd.js';

/** Binds what is done with mapped huge pages, with the rules of the oldest kernel that is modelled. */
export function hugeMemorySubsystem(wiring: Wiring): void {
  wiring.bind(HUGE_MEMORY, HugePmd).bind(HUGE_FAULT, AnonHugeFault).bind(HUGE_COPY, CopyHugePmd);
}
