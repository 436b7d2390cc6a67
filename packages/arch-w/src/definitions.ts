import { type ArchitectureDefinition, defineArchitecture, definePlugin } from '@pagerace/kernel';
import { ARCHITECTURE, TLB_FLUSH } from '@pagerace/page-model';
import { TRANSLATIONS, Translations } from '@pagerace/pgtable-generic';
import { wExclusiveBit } from './pte-swp-exclusive.js';
import { WIpiTlbFlush, WTlbFlush } from './tlb-flush.js';
import { W, WWithoutRcuTableFree } from './w.js';

const facts = {
  histories: [wExclusiveBit],
  model: 'lkmm',
  clearBeforeLoad: 'nothing',
  tlbFlush: { by: 'broadcast', deferred: false },
  thp: true,
  fastGup: true,
} as const;

const flush = [
  { token: TRANSLATIONS, useClass: Translations },
  { token: TLB_FLUSH, useClass: WTlbFlush },
] as const;

/** The hypothetical architecture. */
export const w: ArchitectureDefinition = defineArchitecture({
  ...facts,
  id: 'w',
  title: 'W, a hypothetical architecture that orders no more than the kernel asks for',
  rcuTableFree: true,
  provides: [{ token: ARCHITECTURE, useClass: W }, ...flush],
});

/** The same without CONFIG_MMU_GATHER_RCU_TABLE_FREE. */
export const wNoRcu: ArchitectureDefinition = defineArchitecture({
  ...facts,
  id: 'w-no-rcu',
  title: 'W, whose page tables are freed without a grace period',
  rcuTableFree: false,
  provides: [{ token: ARCHITECTURE, useClass: WWithoutRcuTableFree }, ...flush],
});

/** The same with a TLB flush by interrupt, and so without CONFIG_MMU_GATHER_RCU_TABLE_FREE. */
export const wIpi: ArchitectureDefinition = defineArchitecture({
  ...facts,
  id: 'w-ipi',
  title: 'W, whose TLB flush interrupts the CPUs that it finds in mm_cpumask()',
  tlbFlush: { by: 'ipi', deferred: false },
  rcuTableFree: false,
  provides: [
    { token: ARCHITECTURE, useClass: WWithoutRcuTableFree },
    { token: TRANSLATIONS, useClass: Translations },
    { token: TLB_FLUSH, useClass: WIpiTlbFlush },
  ],
});

/** The hypothetical architectures. */
export const archW = definePlugin({ id: '@pagerace/arch-w', architectures: [w, wNoRcu, wIpi] });
