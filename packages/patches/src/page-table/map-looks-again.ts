import { definePatch } from '@pagerace/kernel';
import { PTE_MAP_RULE } from '@pagerace/page-model';

export const pteMapLooksAgain = definePatch({
  id: 'pte-map-looks-again',
  title: 'mm/pgtable: allow pte_offset_map[_lock]() to fail',
  commit: '0d940a9b270b',
  since: 'v6.5',
  provides: [{ token: PTE_MAP_RULE, useValue: { looksAgain: true, inRcuSection: false } }],
});
