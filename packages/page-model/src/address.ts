/** A user-space address: a byte address below 2^47, so that a number holds it exactly. */
export type VirtualAddress = number;

/** A page frame number. */
export type Pfn = number;
