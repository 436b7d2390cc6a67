import { commit } from '@pagerace/history';
import { pteSwpExclusiveHistory } from '@pagerace/pgtable-generic';

/** Since v6.3 every architecture has the bit. W is hypothetical, and does not count among those that had it before. */
export const pteSwpExclusiveEverywhere = commit({
  id: 'pte-swp-exclusive-everywhere',
  title: 'mm: remove __HAVE_ARCH_PTE_SWP_EXCLUSIVE',
  commit: '950fe885a897',
  since: 'v6.3',
});

export const wExclusiveBit = pteSwpExclusiveHistory(
  'arch/w/include/asm/pgtable.h',
  pteSwpExclusiveEverywhere,
);
