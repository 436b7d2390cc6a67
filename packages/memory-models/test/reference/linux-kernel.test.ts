import { referenceLkmm } from '../../src/index.js';
import { expectVerdicts } from './expected-verdicts.js';
import { type Orders } from './shapes.js';

/** `o`: READ_ONCE(), WRITE_ONCE(); `a`: smp_load_acquire(); `r`: smp_store_release(). */
const orders: Orders = {
  'o-mb-o': { fence: ['Mb'] },
  'o-rmb-o': { fence: ['Rmb'] },
  'o-wmb-o': { fence: ['Wmb'] },
  'o-barrier-o': { fence: ['Barrier'] },
  'o-sync-o': { fence: ['Sync-rcu'] },
  'o-addr-o': { dependency: 'addr' },
  'o-data-o': { dependency: 'data' },
  'o-ctrl-o': { dependency: 'ctrl' },
  'a-o': { first: ['Acquire'] },
  'o-r': { second: ['Release'] },
  'a-r': { first: ['Acquire'], second: ['Release'] },
  'r-o': { first: ['Release'] },
  'r-a': { first: ['Release'], second: ['Acquire'] },
  /** xchg() and its flavours in the place of the first access. */
  'xchg-o': { first: ['RMW', 'Mb'], firstUpdates: ['RMW', 'Mb'] },
  'xchg_relaxed-o': { first: ['RMW'], firstUpdates: ['RMW'] },
  'xchg_acquire-o': { first: ['RMW', 'Acquire'], firstUpdates: ['RMW', 'Acquire'] },
  'xchg_release-o': { first: ['RMW', 'Release'], firstUpdates: ['RMW', 'Release'] },
  'xchg_relaxed-after_atomic-o': {
    first: ['RMW'],
    firstUpdates: ['RMW'],
    fence: ['After-atomic'],
  },
  'xchg_relaxed-rmb-o': { first: ['RMW'], firstUpdates: ['RMW'], fence: ['Rmb'] },
  /** atomic_inc(), whose read smp_rmb() leaves alone. */
  'inc-rmb-o': { first: ['RMW', 'Noreturn'], firstUpdates: ['RMW', 'Noreturn'], fence: ['Rmb'] },
  /** … and of the second. */
  'o-xchg': { second: ['RMW', 'Mb'], secondUpdates: ['RMW', 'Mb'] },
  'o-xchg_relaxed': { second: ['RMW'], secondUpdates: ['RMW'] },
  'o-before_atomic-xchg_relaxed': {
    second: ['RMW'],
    secondUpdates: ['RMW'],
    fence: ['Before-atomic'],
  },
  'o-after_atomic-o': { fence: ['After-atomic'] },
};

expectVerdicts(
  referenceLkmm,
  orders,
  [
    {
      source: 'as herdtools7 has them in catalogue/linux',
      never: `
        ISA2+o-r+a-r+a-o LB+a-o+o-data-o LB+a-rs 3.LB+o-data-os LB+o-r+a-o LB+o-r+o-ctrl-o
        LB+o-r+o-data-o MP+o-wmb-o+o-addr-o MP+o-wmb-o+o-rmb-o S+o-wmb-o+o-addr-o SB+o-mb-os
        W+RWC+o-mb-o+a-o+o-mb-o WRC+o-r+a-o WWC+o-r+o-addr-o Z6.2+o-r+a-r+a-o`,
      sometimes: `
        2+2W 2+2W+o-wmb-os LB MP+po+o-rmb-o MP+o-r+o-ctrl-o MP+o-wmb-o+po R+o-wmb-o+o-mb-o SB
        W+RWC+o-r+a-o+o-mb-o Z6.0+o-r+a-o+o-mb-o WRC+o-data-o+o-rmb-o WWC+o-data-o+o-addr-o`,
    },
    {
      source: "the kernel's tools/memory-model/litmus-tests/README",
      never: `
        IRIW+o-mb-os ISA2+o-r+a-r+a-o LB+o-mb-o+o-ctrl-o LB+a-o+o-r MP+o-wmb-o+o-rmb-o MP+o-r+a-o
        R+o-mb-os S+o-wmb-o+a-o SB+o-mb-os WRC+o-r+o-rmb-o`,
      sometimes: `IRIW ISA2 LB MP R S SB WRC Z6.0+o-r+a-r+o-mb-o`,
    },
    {
      source:
        'Alglave et al., "Frightening Small Children and Disconcerting Grown-ups", ASPLOS 2018: a link that is no reads-from wants a strong fence',
      never: `
        RWC+o-mb-os RWC+o-sync-os SB+o-sync-os SB+o-mb-o+o-sync-o 3.SB+o-mb-os 2+2W+o-mb-os
        Z6.0+o-mb-o+a-r+o-mb-o Z6.3+o-mb-o+o-mb-o+o-addr-o 4.SB+o-mb-os IRIW+o-sync-os`,
      sometimes: `
        IRIW+o-rmb-os IRIW+o-addr-os IRIW+a-os RWC+a-o+o-mb-o RWC+o-mb-o+po SB+r-as SB+o-barrier-os
        SB+o-wmb-os SB+o-rmb-os Z6.3+o-wmb-o+o-wmb-o+o-addr-o 2+2W+o-rs`,
    },
    {
      source: "the kernel's Documentation/atomic_t.txt, ORDERING",
      never: `
        SB+xchg-os SB+o-xchgs SB+xchg-o+o-mb-o SB+xchg_relaxed-after_atomic-os
        SB+o-before_atomic-xchg_relaxeds MP+o-mb-o+xchg_acquire-o MP+o-mb-o+xchg_relaxed-rmb-o`,
      sometimes: `
        SB+xchg_relaxed-os SB+xchg_acquire-os SB+xchg_release-os SB+o-after_atomic-os
        SB+o-xchg_relaxeds MP+o-mb-o+xchg_relaxed-o MP+o-mb-o+inc-rmb-o`,
    },
  ],
  ['Once'],
);
