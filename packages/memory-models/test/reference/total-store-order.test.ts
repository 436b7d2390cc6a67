import { referenceTso } from '../../src/index.js';
import { expectVerdicts } from './expected-verdicts.js';
import { type Orders } from './shapes.js';

const orders: Orders = {
  mfence: { fence: ['MFENCE'] },
  smp_mb: { fence: ['Mb'] },
  smp_mb__after_atomic: { fence: ['After-atomic'] },
  xchg_relaxed: { first: ['RMW'], firstUpdates: ['RMW'] },
  sfence: { fence: ['SFENCE'] },
  lfence: { fence: ['LFENCE'] },
  /** XCHG in the place of the first access, or of the second. */
  xchg: { first: ['X'], firstUpdates: ['X'] },
  'xchg.to': { second: ['X'], secondUpdates: ['X'] },
};

expectVerdicts(referenceTso, orders, [
  {
    source: 'as herd7 7.58 judges under x86tso.cat',
    never: `
      2+2W+mfence+po 2+2W+mfences 2+2W
      LB+mfence+po LB+mfences LB
      MP+mfence+po MP+mfences MP+po+mfence MP
      R+mfences R+po+mfence
      S+mfence+po S+mfences S+po+mfence S
      SB+mfences`,
    sometimes: `
      R+mfence+po R
      SB+mfence+po SB`,
  },
  {
    source:
      'Owens, Sarkar and Sewell, "A Better x86 Memory Model: x86-TSO", 2009; Intel SDM, 8.2.3',
    never: `
      WRC WWC ISA2 IRIW 3.LB 3.2W Z6.1 Z6.2 Z6.3 W+RW+2W RWC+po+mfence RWC+po+xchg SB+xchgs SB+xchg.tos
      SB+mfence+xchg R+po+xchg R+po+xchg.to Z6.0+po+po+mfence Z6.4+po+mfence+mfence 3.SB+mfences
      4.SB+mfences W+RWC+po+po+mfence`,
    sometimes: `
      RWC RWC+mfence+po R R+mfence+po W+RWC+mfence+mfence+po Z6.0 Z6.4 Z6.5 3.SB 3.SB+mfence+mfence+po
      4.SB SB+sfences SB+lfences SB+xchg+po`,
  },
  {
    source: "the kernel's arch/x86/include/asm/barrier.h and atomic.h",
    never: 'SB+smp_mbs SB+xchg_relaxeds',
    sometimes: 'SB+smp_mb__after_atomics',
  },
]);
