import { commit } from '@pagerace/history';
import { pteSwpExclusiveHistory } from '@pagerace/pgtable-generic';

export const xtensaPteSwpExclusive = commit({
  id: 'xtensa-pte-swp-exclusive',
  title: 'xtensa/mm: support __HAVE_ARCH_PTE_SWP_EXCLUSIVE',
  commit: 'f5c3fe300c5b',
  since: 'v6.3',
});

export const xtensaExclusiveBit = pteSwpExclusiveHistory(
  'arch/xtensa/include/asm/pgtable.h',
  xtensaPteSwpExclusive,
);
