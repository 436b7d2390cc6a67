import { type ArchitectureDefinition, defineArchitecture, definePlugin } from '@pagerace/kernel';
import { ARCHITECTURE, TLB_FLUSH } from '@pagerace/page-model';
import { TRANSLATIONS, Translations } from '@pagerace/pgtable-generic';
import { riscvExclusiveBit } from './pte-swp-exclusive.js';
import { riscvCollapseFlush } from './collapse-flush.js';
import { Riscv } from './riscv.js';
import { RiscvTlbFlush } from './tlb-flush.js';

const facts = {
  clearBeforeLoad: 'the fully ordered atomic_long_xchg() of ptep_get_and_clear()',
  tlbFlush: { by: 'firmware', deferred: false },
  // arch/riscv/Kconfig; 3f910b7a522e and 69be3fb111e7.
  thp: true,
  fastGup: 'since v6.9',
  rcuTableFree: 'since v6.9',
  provides: [
    { token: ARCHITECTURE, useClass: Riscv },
    { token: TRANSLATIONS, useClass: Translations },
    { token: TLB_FLUSH, useClass: RiscvTlbFlush },
  ],
  histories: [riscvCollapseFlush, riscvExclusiveBit],
} as const;

/** 64-bit RISC-V whose TLB flush is the firmware's, with ticket locks. */
export const riscv: ArchitectureDefinition = defineArchitecture({
  ...facts,
  id: 'riscv',
  title: '64-bit RISC-V, TLB flush by the firmware (SBI)',
  model: 'riscv',
});

/**
 * The same with queued spinlocks, whose acquisition orders less. arch/riscv/Kconfig, v6.13: by default the
 * kernel chooses between the two when it boots (RISCV_COMBO_SPINLOCKS).
 */
export const riscvQspinlock: ArchitectureDefinition = defineArchitecture({
  ...facts,
  id: 'riscv-qspinlock',
  title: '64-bit RISC-V with queued spinlocks (v6.13), TLB flush by the firmware (SBI)',
  model: 'riscv-qspinlock',
});

/** The RISC-V architectures. */
export const archRiscv = definePlugin({
  id: '@pagerace/arch-riscv',
  architectures: [riscv, riscvQspinlock],
});
