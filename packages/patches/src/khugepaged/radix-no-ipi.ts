import { definePatch } from '@pagerace/kernel';
import { RADIX_COLLAPSE_FLUSH } from '@pagerace/page-model';

export const radixCollapseNoIpi = definePatch({
  id: 'radix-collapse-no-ipi',
  title: "powerpc/64s/radix: don't need to broadcast IPI for radix pmd collapse flush",
  commit: 'bedf03416913',
  since: 'v6.0',
  provides: [{ token: RADIX_COLLAPSE_FLUSH, useValue: { serializesAgainstLookups: false } }],
});
