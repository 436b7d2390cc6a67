/** Architectures by what is known of them. */

/** The flush of a collapse waits for sections with interrupts off. */
export const waitsForWalks = [
  'x86',
  'x86-ipi',
  'x86-32',
  'x86-32-pae',
  'powerpc-hash',
  'loongarch',
  'mips',
];

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
