import type { Cell } from '@pagerace/machine';

/**
 * pte_t, pmd_t …: a page-table entry as the architecture encodes it.
 *
 * A bigint, as real entries use all 64 bits (x86 has NX in bit 63 and a swap type in 59–63), which a
 * number cannot hold; two halves of 32 bits would make one store two events. A test of a bit costs some
 * 10 ns, little against the event that read the entry.
 */
export type Pte = bigint;

/** pte_t *: an entry in its table. */
export type Ptep = Cell<Pte>;
