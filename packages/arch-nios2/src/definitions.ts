import { type ArchitectureDefinition, defineArchitecture, definePlugin } from '@pagerace/kernel';
import { ARCHITECTURE, TLB_FLUSH } from '@pagerace/page-model';
import { LocalFlush, TRANSLATIONS, Translations } from '@pagerace/pgtable-generic';
import { nios2ExclusiveBit } from './pte-swp-exclusive.js';
import { Nios2 } from './nios2.js';

/** Nios II. */
export const nios2: ArchitectureDefinition = defineArchitecture({
  histories: [nios2ExclusiveBit],
  id: 'nios2',
  title: 'Nios II, one CPU',
  // One CPU sees its own accesses in order.
  model: 'sc',
  smp: false,
  thp: false,
  fastGup: false,
  rcuTableFree: false,
  provides: [
    { token: ARCHITECTURE, useClass: Nios2 },
    { token: TRANSLATIONS, useClass: Translations },
    { token: TLB_FLUSH, useClass: LocalFlush },
  ],
});

/** The architecture as a plug-in. */
export const archNios2 = definePlugin({ id: '@pagerace/arch-nios2', architectures: [nios2] });
