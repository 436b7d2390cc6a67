import { commit } from '@pagerace/history';
import { pteSwpExclusiveHistory } from '@pagerace/pgtable-generic';

export const s390PteSwpExclusive = commit({
  id: 's390-pte-swp-exclusive',
  title: 's390/pgtable: support __HAVE_ARCH_PTE_SWP_EXCLUSIVE',
  commit: '92cd58bd2566',
  since: 'v5.19',
});

export const s390ExclusiveBit = pteSwpExclusiveHistory(
  'arch/s390/include/asm/pgtable.h',
  s390PteSwpExclusive,
);
