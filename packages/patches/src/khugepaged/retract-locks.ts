import { definePatch } from '@pagerace/kernel';
import { TABLE_REMOVAL_RULE } from '@pagerace/khugepaged';

export const collapseRmapLocks = definePatch({
  id: 'collapse-rmap-locks',
  title: 'mm/khugepaged: take the right locks for page table retraction',
  commit: '8d3c106e19e8',
  since: 'v6.1',
  provides: [{ token: TABLE_REMOVAL_RULE, useValue: { keepsRmapWalksOut: true, notifies: false } }],
});

export const collapseFileNotifies = definePatch({
  id: 'collapse-file-notifies',
  title: 'mm/khugepaged: invoke MMU notifiers in shmem/file collapse paths',
  commit: 'f268f6cf875f',
  since: 'v6.1',
  needs: ['collapse-rmap-locks'],
  supersedes: ['collapse-rmap-locks'],
  provides: [{ token: TABLE_REMOVAL_RULE, useValue: { keepsRmapWalksOut: true, notifies: true } }],
});
