import { type ArchitectureDefinition, defineArchitecture, definePlugin } from '@pagerace/kernel';
import { ARCHITECTURE, TLB_FLUSH } from '@pagerace/page-model';
import { TRANSLATIONS, Translations } from '@pagerace/pgtable-generic';
import { armExclusiveBit } from './pte-swp-exclusive.js';
import { ArmLpae } from './arm-lpae.js';
import { ArmTlbFlush } from './tlb-flush.js';

/** 32-bit ARM with LPAE. */
export const armLpae: ArchitectureDefinition = defineArchitecture({
  histories: [armExclusiveBit],
  id: 'arm-lpae',
  title: '32-bit ARM (ARMv7) with LPAE, TLB flush by broadcast',
  // ARMv7 is not multi-copy atomic, so armv8 would promise too much; power is another's barriers and
  // atomics. What holds under the kernel's own model holds here.
  model: 'lkmm',
  clearBeforeLoad: 'dsb(ish) in flush_tlb_page()',
  tlbFlush: { by: 'broadcast', deferred: false },
  // arch/arm/Kconfig, v6.1.
  thp: true,
  fastGup: true,
  rcuTableFree: true,
  provides: [
    { token: ARCHITECTURE, useClass: ArmLpae },
    { token: TRANSLATIONS, useClass: Translations },
    { token: TLB_FLUSH, useClass: ArmTlbFlush },
  ],
});

/** The 32-bit ARM architecture. */
export const archArm = definePlugin({ id: '@pagerace/arch-arm', architectures: [armLpae] });
