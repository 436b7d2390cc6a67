import { type ArchitectureDefinition, defineArchitecture, definePlugin } from '@pagerace/kernel';
import { ARCHITECTURE, TLB_FLUSH } from '@pagerace/page-model';
import { TRANSLATIONS, Translations } from '@pagerace/pgtable-generic';
import { s390ExclusiveBit } from './pte-swp-exclusive.js';
import { S390 } from './s390.js';
import { S390TlbFlush } from './tlb-flush.js';

/** s390, whose memory model is that of x86: only a load may overtake a store. */
export const s390: ArchitectureDefinition = defineArchitecture({
  histories: [s390ExclusiveBit],
  id: 's390',
  title: 's390, TLB flush by broadcast with each change of an entry',
  model: 'tso',
  clearBeforeLoad:
    'nothing without PREEMPT_COUNT: IPTE and atomic_dec(flush_count) serialise, but the plain store that empties the entry comes after both; with it, preempt_enable()',
  tlbFlush: { by: 'broadcast', deferred: false },
  // arch/s390/Kconfig, v6.1.
  thp: true,
  fastGup: true,
  rcuTableFree: true,
  provides: [
    { token: ARCHITECTURE, useClass: S390 },
    { token: TRANSLATIONS, useClass: Translations },
    { token: TLB_FLUSH, useClass: S390TlbFlush },
  ],
});

/** The s390 architecture. */
export const archS390 = definePlugin({ id: '@pagerace/arch-s390', architectures: [s390] });
