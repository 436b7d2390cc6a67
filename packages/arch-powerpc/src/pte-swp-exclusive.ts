import { commit } from '@pagerace/history';
import { pteSwpExclusiveHistory } from '@pagerace/pgtable-generic';

export const powerpcPteSwpExclusive = commit({
  id: 'powerpc-pte-swp-exclusive',
  title: 'powerpc/pgtable: support __HAVE_ARCH_PTE_SWP_EXCLUSIVE for book3s',
  commit: 'bff9beaa2e80',
  since: 'v5.19',
});

export const powerpcExclusiveBit = pteSwpExclusiveHistory(
  'arch/powerpc/include/asm/book3s/64/pgtable.h',
  powerpcPteSwpExclusive,
);
