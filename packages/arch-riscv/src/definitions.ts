import { type ArchitectureDefinition, defineArchitecture, definePlugin } from '@pagerace/kernel';
import { ARCHITECTURE, TLB_FLUSH } from '@pagerace/page-model';
import { TRANSLATIONS, Translations } from '@pagerace/pgtable-generic';
import { Riscv } from './riscv.js';
import { RiscvTlbFlush } from './tlb-flush.js';

/** 64-bit RISC-V whose TLB flush is the firmware's. */
export const riscv: ArchitectureDefinition = defineArchitecture({
  id: 'riscv',
  title: '64-bit RISC-V, TLB flush by the firmware (SBI)',
  model: 'riscv',
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
});

/** The RISC-V architecture. */
export const archRiscv = definePlugin({ id: '@pagerace/arch-riscv', architectures: [riscv] });
