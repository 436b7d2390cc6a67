import { type Architecture, ARCHITECTURE, type TlbFlush, TLB_FLUSH } from '@pagerace/page-model';
import { type ArchitectureDefinition, defineArchitecture } from '../src/index.js';

/** As much of an architecture as set-up needs: whoever uses an entry of it fails. */
const architecture = {
  name: 'stub',
  pageShift: 12,
  none: 0n,
  levels: [
    { name: 'pmd', shift: 21, entries: 512 },
    { name: 'pte', shift: 12, entries: 512 },
  ],
  vmGetPageProt: () => 0n,
  ptePresent: () => false,
} satisfies Partial<Architecture> as unknown as Architecture;

export const stub: ArchitectureDefinition = defineArchitecture({
  id: 'stub',
  title: 'An architecture without a bit',
  model: 'sc',
  provides: [
    { token: ARCHITECTURE, useValue: architecture },
    { token: TLB_FLUSH, useValue: {} as TlbFlush },
  ],
});
