/** Kernels and architectures by what is known of them. */

/** GUP-fast looks at the last entry again, and khugepaged waits for the flush alone. */
export const pteOnly = ['v4.12', 'v5.17-rc2', 'v5.18', 'v5.19'];

/** GUP-fast looks at the entry above again, too. */
export const pmdAndPte = ['v6.0'];

/** And khugepaged waits for lockless walks, where tables are freed after a grace period. */
export const synchronised = ['v6.1', 'v6.5', 'v6.6', 'v6.11', 'v6.15'];

/** The flush of a collapse waits for sections with interrupts off. */
export const waitsForWalks = ['x86', 'x86-ipi', 'powerpc-hash', 'loongarch', 'mips'];

/** powerpc with the radix MMU, too, until bedf03416913. */
export const waitedForWalks = [...waitsForWalks, 'powerpc-radix'];

/** It does not, and page tables are freed after a grace period. */
export const doesNotWait = [
  'x86-kvm',
  'x86-broadcast',
  'arm64',
  'arm64-deferred',
  's390',
  'powerpc-radix',
];

/** Every one that is known to order what a collapse takes out before what it looks at then. */
export const ordersTheFlush = [...waitsForWalks, ...doesNotWait];
