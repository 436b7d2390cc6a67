import { unchanged } from '@pagerace/history';
import { type ArchitectureDefinition, defineArchitecture, definePlugin } from '@pagerace/kernel';
import { tso } from '@pagerace/memory-models';
import { ARCHITECTURE, TLB_FLUSH } from '@pagerace/page-model';
import { TRANSLATIONS, Translations } from '@pagerace/pgtable-generic';
import { x86ExclusiveBit, x86For32ExclusiveBit } from './pte-swp-exclusive.js';
import { BroadcastTlbFlush } from './broadcast-tlb-flush.js';
import { IpiTlbFlush } from './ipi-tlb-flush.js';
import { KvmTlbFlush } from './kvm-tlb-flush.js';
import { UndeferredTlbFlush } from './undeferred-tlb-flush.js';
import { X86, X86Pae, X86RcuTableFree, X86TwoLevel } from './x86.js';

// v4.12 sets what was read before, and does not invert the frame number. Read in v4.12 and v5.17.
const pmdpEstablish = unchanged(
  'arch/x86/mm/pgtable.c:pmdp_invalidate(), by pmdp_establish()',
  'v5.17-rc1',
);

const historiesOf32 = [x86For32ExclusiveBit, pmdpEstablish];

/** arch/x86/Kconfig, v6.1. */
const facts = {
  model: tso.id,
  clearBeforeLoad: 'the locked xchg of ptep_get_and_clear()',
  thp: true,
  fastGup: true,
  rcuTableFree: 'with CONFIG_PARAVIRT',
  histories: [x86ExclusiveBit, pmdpEstablish],
};

/** x86-64 as it flushes TLBs natively: by IPI, and reclaim in batches where another CPU is concerned. */
export const x86: ArchitectureDefinition = defineArchitecture({
  id: 'x86',
  title: 'x86-64, TLB flush by IPI, batched in reclaim',
  ...facts,
  tlbFlush: { by: 'ipi', deferred: true },
  provides: [
    { token: ARCHITECTURE, useClass: X86 },
    { token: TLB_FLUSH, useClass: IpiTlbFlush },
  ],
});

/** x86-64 that flushes for each page at once. */
export const x86Ipi: ArchitectureDefinition = defineArchitecture({
  id: 'x86-ipi',
  title: 'x86-64, TLB flush by IPI, never deferred',
  ...facts,
  tlbFlush: { by: 'ipi', deferred: false },
  provides: [
    { token: ARCHITECTURE, useClass: X86 },
    { token: TLB_FLUSH, useClass: UndeferredTlbFlush },
  ],
});

/** x86-64 as a guest of KVM, which need not interrupt CPUs that the host has preempted. */
export const x86Kvm: ArchitectureDefinition = defineArchitecture({
  id: 'x86-kvm',
  title: 'x86-64 as a guest of KVM, TLB flush by IPI but for CPUs that are preempted',
  ...facts,
  rcuTableFree: true,
  tlbFlush: { by: 'hypervisor', deferred: true },
  provides: [
    { token: ARCHITECTURE, useClass: X86RcuTableFree },
    { token: TRANSLATIONS, useClass: Translations },
    { token: TLB_FLUSH, useClass: KvmTlbFlush },
  ],
});

/** x86-64 with INVLPGB, which interrupts nobody. */
export const x86Broadcast: ArchitectureDefinition = defineArchitecture({
  id: 'x86-broadcast',
  title: 'x86-64, TLB flush by broadcast (INVLPGB)',
  ...facts,
  rcuTableFree: true,
  tlbFlush: { by: 'broadcast', deferred: true },
  provides: [
    { token: ARCHITECTURE, useClass: X86RcuTableFree },
    { token: TRANSLATIONS, useClass: Translations },
    { token: TLB_FLUSH, useClass: BroadcastTlbFlush },
  ],
});

/** 32-bit x86 without PAE. */
export const x86TwoLevel: ArchitectureDefinition = defineArchitecture({
  ...facts,
  histories: historiesOf32,
  id: 'x86-32',
  title: '32-bit x86 without PAE, TLB flush by IPI, batched in reclaim',
  tlbFlush: { by: 'ipi', deferred: true },
  provides: [
    { token: ARCHITECTURE, useClass: X86TwoLevel },
    { token: TLB_FLUSH, useClass: IpiTlbFlush },
  ],
});

/** 32-bit x86 with PAE. */
export const x86Pae: ArchitectureDefinition = defineArchitecture({
  ...facts,
  histories: historiesOf32,
  id: 'x86-32-pae',
  title: '32-bit x86 with PAE, TLB flush by IPI, batched in reclaim',
  tlbFlush: { by: 'ipi', deferred: true },
  provides: [
    { token: ARCHITECTURE, useClass: X86Pae },
    { token: TLB_FLUSH, useClass: IpiTlbFlush },
  ],
});

/** The x86 architectures. */
export const archX86 = definePlugin({
  id: '@pagerace/arch-x86',
  architectures: [x86, x86Ipi, x86Kvm, x86Broadcast, x86TwoLevel, x86Pae],
});
