import { definePatch } from '@pagerace/kernel';
import { COLLAPSE_SYNC, SyncTableWalks } from '@pagerace/khugepaged';

export const collapseTableSync = definePatch({
  id: 'collapse-table-sync',
  title: 'mm/khugepaged: fix GUP-fast interaction by sending IPI',
  commit: '2ba99c5e08812494bc57f319fb562f527d9bacd8',
  since: 'v6.1',
  provides: [{ token: COLLAPSE_SYNC, useClass: SyncTableWalks }],
});
