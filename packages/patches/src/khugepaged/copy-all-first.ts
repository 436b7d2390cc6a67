import { definePatch } from '@pagerace/kernel';
import { COLLAPSE_COPYING } from '@pagerace/khugepaged';

export const collapseCopyAllFirst = definePatch({
  id: 'collapse-copy-all-first',
  title: 'mm/khugepaged: recover from poisoned anonymous memory',
  commit: '98c76c9f1ef7',
  since: 'v6.4',
  provides: [{ token: COLLAPSE_COPYING, useValue: { isPageByPage: false } }],
});
