import { type ArchitectureDefinition, defineArchitecture, definePlugin } from '@pagerace/kernel';
import { ARCHITECTURE, TLB_FLUSH } from '@pagerace/page-model';
import { TRANSLATIONS, Translations } from '@pagerace/pgtable-generic';
import { powerpcExclusiveBit } from './pte-swp-exclusive.js';
import { HashTlbFlush } from './hash-tlb-flush.js';
import { Hash } from './hash.js';
import { RadixTlbFlush } from './radix-tlb-flush.js';
import { radixCollapseFlush } from './radix-collapse-flush.js';
import { Radix } from './radix.js';

/** arch/powerpc/Kconfig, v6.1. */
const facts = {
  model: 'power',
  tlbFlush: { by: 'broadcast', deferred: false },
  fastGup: true,
  rcuTableFree: true,
} as const;

/** Book3S with the radix MMU, POWER9 and later. */
export const powerpcRadix: ArchitectureDefinition = defineArchitecture({
  ...facts,
  id: 'powerpc-radix',
  title: 'powerpc with the radix MMU, pages of 64 KiB, TLB flush by broadcast (tlbie)',
  clearBeforeLoad: 'smp_mb() at the start of radix__flush_tlb_page_psize()',
  thp: true,
  provides: [
    { token: ARCHITECTURE, useClass: Radix },
    { token: TRANSLATIONS, useClass: Translations },
    { token: TLB_FLUSH, useClass: RadixTlbFlush },
  ],
  histories: [radixCollapseFlush, powerpcExclusiveBit],
});

/** Book3S with the hash MMU. */
export const powerpcHash: ArchitectureDefinition = defineArchitecture({
  ...facts,
  id: 'powerpc-hash',
  title: 'powerpc with the hash MMU, pages of 64 KiB, TLB flush by broadcast (tlbie)',
  clearBeforeLoad:
    'nothing, if the entry is not in the hash table, as after MADV_FREE; else ptesync in tlbie()',
  thp: 'with pages of 64 KiB',
  provides: [
    { token: ARCHITECTURE, useClass: Hash },
    { token: TRANSLATIONS, useClass: Translations },
    { token: TLB_FLUSH, useClass: HashTlbFlush },
  ],
  histories: [powerpcExclusiveBit],
});

/** The powerpc architectures. */
export const archPowerpc = definePlugin({
  id: '@pagerace/arch-powerpc',
  architectures: [powerpcRadix, powerpcHash],
});
