import { commit } from '@pagerace/history';
import { pteSwpExclusiveHistory } from '@pagerace/pgtable-generic';

export const mipsPteSwpExclusive = commit({
  id: 'mips-pte-swp-exclusive',
  title: 'mips/mm: support __HAVE_ARCH_PTE_SWP_EXCLUSIVE',
  commit: '83d3b2b46ea3',
  since: 'v6.3',
});

export const mipsExclusiveBit = pteSwpExclusiveHistory(
  'arch/mips/include/asm/pgtable.h',
  mipsPteSwpExclusive,
);
