import { commit } from '@pagerace/history';
import { pteSwpExclusiveHistory } from '@pagerace/pgtable-generic';

export const loongarchPteSwpExclusive = commit({
  id: 'loongarch-pte-swp-exclusive',
  title: 'loongarch/mm: support __HAVE_ARCH_PTE_SWP_EXCLUSIVE',
  commit: 'ad3150f11b09',
  since: 'v6.3',
});

export const loongarchExclusiveBit = pteSwpExclusiveHistory(
  'arch/loongarch/include/asm/pgtable.h',
  loongarchPteSwpExclusive,
);
