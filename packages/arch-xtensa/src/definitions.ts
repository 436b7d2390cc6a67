import { type ArchitectureDefinition, defineArchitecture, definePlugin } from '@pagerace/kernel';
import { ARCHITECTURE, TLB_FLUSH } from '@pagerace/page-model';
import { xtensaExclusiveBit } from './pte-swp-exclusive.js';
import { XtensaTlbFlush } from './tlb-flush.js';
import { Xtensa } from './xtensa.js';

/** Xtensa. */
export const xtensa: ArchitectureDefinition = defineArchitecture({
  histories: [xtensaExclusiveBit],
  id: 'xtensa',
  title: 'Xtensa, TLB flush by IPI to every CPU',
  // Its own memory model is not modelled; that of the kernel allows more.
  model: 'lkmm',
  tlbFlush: { by: 'ipi', deferred: false },
  thp: false,
  fastGup: false,
  rcuTableFree: false,
  provides: [
    { token: ARCHITECTURE, useClass: Xtensa },
    { token: TLB_FLUSH, useClass: XtensaTlbFlush },
  ],
});

/** The architecture as a plug-in. */
export const archXtensa = definePlugin({ id: '@pagerace/arch-xtensa', architectures: [xtensa] });
