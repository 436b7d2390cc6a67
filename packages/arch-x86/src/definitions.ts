import { type ArchitectureDefinition, defineArchitecture, definePlugin } from '@pagerace/kernel';
import { tso } from '@pagerace/memory-models';
import { ARCHITECTURE, TLB_FLUSH } from '@pagerace/page-model';
import { BroadcastTlbFlush } from './broadcast-tlb-flush.js';
import { IpiTlbFlush } from './ipi-tlb-flush.js';
import { UndeferredTlbFlush } from './undeferred-tlb-flush.js';
import { X86 } from './x86.js';

/** x86-64 as it flushes TLBs natively: by IPI, and reclaim in batches where another CPU is concerned. */
export const x86: ArchitectureDefinition = defineArchitecture({
  id: 'x86',
  title: 'x86-64, TLB flush by IPI, batched in reclaim',
  model: tso.id,
  provides: [
    { token: ARCHITECTURE, useClass: X86 },
    { token: TLB_FLUSH, useClass: IpiTlbFlush },
  ],
});

/** x86-64 that flushes for each page at once. */
export const x86Ipi: ArchitectureDefinition = defineArchitecture({
  id: 'x86-ipi',
  title: 'x86-64, TLB flush by IPI, never deferred',
  model: tso.id,
  provides: [
    { token: ARCHITECTURE, useClass: X86 },
    { token: TLB_FLUSH, useClass: UndeferredTlbFlush },
  ],
});

/** x86-64 with INVLPGB, which interrupts nobody. */
export const x86Broadcast: ArchitectureDefinition = defineArchitecture({
  id: 'x86-broadcast',
  title: 'x86-64, TLB flush by broadcast (INVLPGB)',
  model: tso.id,
  provides: [
    { token: ARCHITECTURE, useClass: X86 },
    { token: TLB_FLUSH, useClass: BroadcastTlbFlush },
  ],
});

/** The x86 architectures. */
export const archX86 = definePlugin({
  id: '@pagerace/arch-x86',
  architectures: [x86, x86Ipi, x86Broadcast],
});
