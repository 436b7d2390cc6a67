import { commit } from '@pagerace/history';
import { pteSwpExclusiveHistory } from '@pagerace/pgtable-generic';

/** As of then every architecture has the bit; the hypothetical one is none of those that had it before. */
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
