import { commit } from '@pagerace/history';
import { pteSwpExclusiveHistory } from '@pagerace/pgtable-generic';

export const x86PteSwpExclusive = commit({
  id: 'x86-pte-swp-exclusive',
  title: 'x86/pgtable: support __HAVE_ARCH_PTE_SWP_EXCLUSIVE',
  commit: '3e20889cfbee',
  since: 'v5.19',
});

export const x86ExclusiveBit = pteSwpExclusiveHistory(
  'arch/x86/include/asm/pgtable.h',
  x86PteSwpExclusive,
);
