/** Kernels and architectures by what is known of them. */

/** GUP-fast looks at the last entry again, and khugepaged waits for the flush alone. */
export const pteOnly = ['v4.12', 'v5.17-rc2', 'v5.18', 'v5.19', 'v6.0'];

/** GUP-fast looks at the entry above again, too. */
export const pmdAndPte = ['v6.1-rc1'];

/** A TLB flush waits for sections with interrupts off. */
export const flushedByIpi = ['x86', 'x86-ipi'];
