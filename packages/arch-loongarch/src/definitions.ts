import { type ArchitectureDefinition, defineArchitecture, definePlugin } from '@pagerace/kernel';
import { ARCHITECTURE, TLB_FLUSH } from '@pagerace/page-model';
import { loongarchExclusiveBit } from './pte-swp-exclusive.js';
import { Loongarch } from './loongarch.js';
import { LoongarchTlbFlush } from './tlb-flush.js';

/** 64-bit LoongArch. */
export const loongarch: ArchitectureDefinition = defineArchitecture({
  histories: [loongarchExclusiveBit],
  id: 'loongarch',
  title: '64-bit LoongArch, TLB flush by IPI',
  // Its own memory model is not modelled; that of the kernel allows more than any architecture.
  model: 'lkmm',
  clearBeforeLoad: 'the interrupt of flush_tlb_page(), where another CPU takes it',
  tlbFlush: { by: 'ipi', deferred: false },
  // arch/loongarch/Kconfig, v6.1.
  thp: true,
  fastGup: true,
  rcuTableFree: false,
  provides: [
    { token: ARCHITECTURE, useClass: Loongarch },
    { token: TLB_FLUSH, useClass: LoongarchTlbFlush },
  ],
});

/** The LoongArch architecture. */
export const archLoongarch = definePlugin({
  id: '@pagerace/arch-loongarch',
  architectures: [loongarch],
});
