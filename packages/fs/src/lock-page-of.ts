import { type AddressSpace, lockPage, type Page, unlockPage } from '@pagerace/page-model';

/**
 * Locks a page to which the caller has a reference, and looks whether it is in the file still: a truncation may
 * have come first. @returns whether it is; otherwise the page is not locked
 */
export function lockPageOf(page: Page, mapping: AddressSpace): boolean {
  lockPage(page);
  const isOf = page.mapping.read() === mapping && page.index.read() < mapping.iSize.read();
  if (!isOf) unlockPage(page);
  return isOf;
}
