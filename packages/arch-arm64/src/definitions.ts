import { type ArchitectureDefinition, defineArchitecture, definePlugin } from '@pagerace/kernel';
import { ARCHITECTURE, TLB_FLUSH } from '@pagerace/page-model';
import { TRANSLATIONS, Translations } from '@pagerace/pgtable-generic';
import { arm64ExclusiveBit } from './pte-swp-exclusive.js';
import { Arm64 } from './arm64.js';
import { Arm64DeferredTlbFlush, Arm64TlbFlush } from './tlb-flush.js';

/** arch/arm64/Kconfig, v6.1. */
const facts = {
  histories: [arm64ExclusiveBit],
  model: 'armv8',
  thp: true,
  fastGup: true,
  rcuTableFree: true,
} as const;

/** arm64 that flushes for each page at once, as up to v6.5. */
export const arm64: ArchitectureDefinition = defineArchitecture({
  ...facts,
  id: 'arm64',
  title: 'arm64, TLB flush by broadcast, never deferred',
  clearBeforeLoad: 'dsb(ish) at the end of flush_tlb_page()',
  tlbFlush: { by: 'broadcast', deferred: false },
  provides: [
    { token: ARCHITECTURE, useClass: Arm64 },
    { token: TRANSLATIONS, useClass: Translations },
    { token: TLB_FLUSH, useClass: Arm64TlbFlush },
  ],
});

/** arm64 that waits for its flushes once for many pages, since v6.6. */
export const arm64Deferred: ArchitectureDefinition = defineArchitecture({
  ...facts,
  id: 'arm64-deferred',
  title: 'arm64, TLB flush by broadcast, batched in reclaim (v6.6)',
  clearBeforeLoad: 'dsb(ishst) in __flush_tlb_page_nosync(), before the TLBI',
  tlbFlush: { by: 'broadcast', deferred: true },
  provides: [
    { token: ARCHITECTURE, useClass: Arm64 },
    { token: TRANSLATIONS, useClass: Translations },
    { token: TLB_FLUSH, useClass: Arm64DeferredTlbFlush },
  ],
});

/** The arm64 architectures. */
export const archArm64 = definePlugin({
  id: '@pagerace/arch-arm64',
  architectures: [arm64, arm64Deferred],
});
