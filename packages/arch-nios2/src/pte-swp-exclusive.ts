import { commit } from '@pagerace/history';
import { pteSwpExclusiveHistory } from '@pagerace/pgtable-generic';

export const nios2PteSwpExclusive = commit({
  id: 'nios2-pte-swp-exclusive',
  title: 'nios2/mm: support __HAVE_ARCH_PTE_SWP_EXCLUSIVE',
  commit: '4d1d955f7c0c',
  since: 'v6.3',
});

export const nios2ExclusiveBit = pteSwpExclusiveHistory(
  'arch/nios2/include/asm/pgtable.h',
  nios2PteSwpExclusive,
);
