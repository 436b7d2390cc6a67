import { commit } from '@pagerace/history';
import { pteSwpExclusiveHistory } from '@pagerace/pgtable-generic';

export const arm64PteSwpExclusive = commit({
  id: 'arm64-pte-swp-exclusive',
  title: 'arm64/pgtable: support __HAVE_ARCH_PTE_SWP_EXCLUSIVE',
  commit: '570ef363509b',
  since: 'v5.19',
});

export const arm64ExclusiveBit = pteSwpExclusiveHistory(
  'arch/arm64/include/asm/pgtable.h',
  arm64PteSwpExclusive,
);
