import { definePatch } from '@pagerace/kernel';
import { RETRACT_RULE, RetractByRcu } from '@pagerace/khugepaged';

export const retractByRcu = definePatch({
  id: 'retract-by-rcu',
  title: 'mm/khugepaged: retract_page_tables() without mmap or vma lock',
  commit: '1d65b771bc08',
  since: 'v6.6',
  provides: [{ token: RETRACT_RULE, useClass: RetractByRcu }],
});
