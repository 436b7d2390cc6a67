import { definePatch } from '@pagerace/kernel';
import { PTE_MAP_RULE } from '@pagerace/page-model';

export const pteMapInRcuSection = definePatch({
  id: 'pte-map-in-rcu-section',
  title: 'mm/pgtable: add rcu_read_lock() and rcu_read_unlock()s',
  commit: 'a349d72fd9ef',
  since: 'v6.6',
  supersedes: ['pte-map-looks-again'],
  provides: [{ token: PTE_MAP_RULE, useValue: { looksAgain: true, inRcuSection: true } }],
});
