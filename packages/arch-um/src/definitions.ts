import { type ArchitectureDefinition, defineArchitecture, definePlugin } from '@pagerace/kernel';
import { ARCHITECTURE, TLB_FLUSH } from '@pagerace/page-model';
import { LocalFlush, TRANSLATIONS, Translations } from '@pagerace/pgtable-generic';
import { umExclusiveBit } from './pte-swp-exclusive.js';
import { Um } from './um.js';

/** User-mode Linux. */
export const um: ArchitectureDefinition = defineArchitecture({
  histories: [umExclusiveBit],
  id: 'um',
  title: 'User-mode Linux, one CPU',
  // One CPU sees its own accesses in order.
  model: 'sc',
  smp: false,
  thp: false,
  fastGup: false,
  rcuTableFree: false,
  provides: [
    { token: ARCHITECTURE, useClass: Um },
    { token: TRANSLATIONS, useClass: Translations },
    { token: TLB_FLUSH, useClass: LocalFlush },
  ],
});

/** The architecture as a plug-in. */
export const archUm = definePlugin({ id: '@pagerace/arch-um', architectures: [um] });
