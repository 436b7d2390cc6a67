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

export const x86For32PteSwpExclusive = commit({
  id: 'x86-32-pte-swp-exclusive',
  title: 'x86/mm: support __HAVE_ARCH_PTE_SWP_EXCLUSIVE also on 32bit',
  commit: '93c0eac40d4e',
  since: 'v6.3',
});

export const x86For32ExclusiveBit = pteSwpExclusiveHistory(
  'arch/x86/include/asm/pgtable.h',
  x86For32PteSwpExclusive,
);
