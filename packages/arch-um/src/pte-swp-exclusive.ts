import { commit } from '@pagerace/history';
import { pteSwpExclusiveHistory } from '@pagerace/pgtable-generic';

export const umPteSwpExclusive = commit({
  id: 'um-pte-swp-exclusive',
  title: 'um/mm: support __HAVE_ARCH_PTE_SWP_EXCLUSIVE',
  commit: 'e2858d778e68',
  since: 'v6.3',
});

export const umExclusiveBit = pteSwpExclusiveHistory(
  'arch/um/include/asm/pgtable.h',
  umPteSwpExclusive,
);
