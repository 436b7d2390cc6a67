import { defineKernelFunction, downRead, upRead } from '@pagerace/machine';
import { AnonVma, type Page, pageMapped } from '@pagerace/page-model';

/**
 * page_lock_anon_vma_read(): the anon_vma of a mapped page, locked for reading, or undefined if the
 * page is not mapped any more, in which case the anon_vma need not exist.
 */
export const pageLockAnonVmaRead = defineKernelFunction(
  'mm/rmap.c',
  'page_lock_anon_vma_read',
  (page: Page): AnonVma | undefined => {
    const mapping = page.mapping.read();
    if (!(mapping instanceof AnonVma)) return undefined;
    if (!pageMapped(page)) return undefined;
    // The kernel first tries the lock and looks at the mapcount again, as the anon_vma may be freed
    // meanwhile; the model never frees one.
    downRead(mapping.rwsem);
    return mapping;
  },
);

/** page_unlock_anon_vma_read(). */
export function pageUnlockAnonVmaRead(anonVma: AnonVma): void {
  upRead(anonVma.rwsem);
}
