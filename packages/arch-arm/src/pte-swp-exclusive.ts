import { commit } from '@pagerace/history';
import { pteSwpExclusiveHistory } from '@pagerace/pgtable-generic';

export const armPteSwpExclusive = commit({
  id: 'arm-pte-swp-exclusive',
  title: 'arm/mm: support __HAVE_ARCH_PTE_SWP_EXCLUSIVE',
  commit: '20aae9eff5ac',
  since: 'v6.3',
});

export const armExclusiveBit = pteSwpExclusiveHistory(
  'arch/arm/include/asm/pgtable.h',
  armPteSwpExclusive,
);
