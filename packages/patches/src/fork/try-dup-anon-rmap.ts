import { inject, injectable } from '@pagerace/di';
import { definePatch } from '@pagerace/kernel';
import { getPage, type Page, putPage, type Vma } from '@pagerace/page-model';
import { ANON_DUP_RULE, type AnonDupRule, RMAP, type Rmap } from '@pagerace/rmap';

/** get_page(), then page_try_dup_anon_rmap(): copy_present_pte() and copy_huge_pmd(), v5.19. */
@injectable()
export class ReferenceBeforeLook implements AnonDupRule {
  constructor(@inject(RMAP) private readonly rmap: Rmap) {}

  tryDup(page: Page, compound: boolean, vma: Vma): boolean {
    getPage(page);
    const isShared = this.rmap.pageTryDupAnonRmap(page, compound, vma);
    if (!isShared) putPage(page);
    return isShared;
  }
}

export const tryDupAnonRmap = definePatch({
  id: 'try-dup-anon-rmap',
  title: 'mm/rmap: split page_dup_rmap() into page_dup_file_rmap() and page_try_dup_anon_rmap()',
  commit: 'fb3d824d1a46',
  since: 'v5.19',
  provides: [{ token: ANON_DUP_RULE, useClass: ReferenceBeforeLook }],
});
