import { type ArchitectureDefinition, defineArchitecture, definePlugin } from '@pagerace/kernel';
import { ARCHITECTURE, TLB_FLUSH } from '@pagerace/page-model';
import { TRANSLATIONS, Translations } from '@pagerace/pgtable-generic';
import { mipsExclusiveBit } from './pte-swp-exclusive.js';
import { GinvtTlbFlush } from './ginvt-tlb-flush.js';
import { MipsIpiTlbFlush } from './ipi-tlb-flush.js';
import { Mips, MipsMmid } from './mips.js';

const facts = {
  histories: [mipsExclusiveBit],
  // Cores differ; their own memory models are not modelled, and that of the kernel allows more.
  model: 'lkmm',
  // arch/mips/Kconfig, v6.1: where CPU_SUPPORTS_HUGEPAGES, and data caches do not alias.
  thp: true,
  fastGup: true,
  rcuTableFree: false,
} as const;

/** 64-bit MIPS whose TLB flush interrupts every CPU. */
export const mips: ArchitectureDefinition = defineArchitecture({
  ...facts,
  id: 'mips',
  title: '64-bit MIPS, TLB flush by IPI to every CPU',
  clearBeforeLoad: 'the interrupt of flush_tlb_page()',
  tlbFlush: { by: 'ipi', deferred: false },
  provides: [
    { token: ARCHITECTURE, useClass: Mips },
    { token: TLB_FLUSH, useClass: MipsIpiTlbFlush },
  ],
});

/** 64-bit MIPS with memory-map ids, release 6, whose TLB flush is broadcast by GINVT. */
export const mipsMmid: ArchitectureDefinition = defineArchitecture({
  ...facts,
  id: 'mips-mmid',
  title: '64-bit MIPS with memory-map ids (MMID), TLB flush by broadcast (GINVT)',
  clearBeforeLoad: 'nothing',
  tlbFlush: { by: 'broadcast', deferred: false },
  provides: [
    { token: ARCHITECTURE, useClass: MipsMmid },
    { token: TRANSLATIONS, useClass: Translations },
    { token: TLB_FLUSH, useClass: GinvtTlbFlush },
  ],
});

/** The MIPS architectures. */
export const archMips = definePlugin({
  id: '@pagerace/arch-mips',
  architectures: [mips, mipsMmid],
});
