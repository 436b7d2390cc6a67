import { commit } from '@pagerace/history';
import { pteSwpExclusiveHistory } from '@pagerace/pgtable-generic';

export const riscvPteSwpExclusive = commit({
  id: 'riscv-pte-swp-exclusive',
  title: 'riscv/mm: support __HAVE_ARCH_PTE_SWP_EXCLUSIVE',
  commit: '51a1007d4113',
  since: 'v6.3',
});

export const riscvExclusiveBit = pteSwpExclusiveHistory(
  'arch/riscv/include/asm/pgtable.h',
  riscvPteSwpExclusive,
);
