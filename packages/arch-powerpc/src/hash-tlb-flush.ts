import { inject, injectable } from '@pagerace/di';
import { TRANSLATIONS, type Translations, UndeferredFlush } from '@pagerace/pgtable-generic';

/**
 * Nothing to do: what leaves the page table leaves the hash table and the TLBs with it, in
 * hpte_need_flush(). The functions are empty (arch/powerpc/include/asm/book3s/64/tlbflush-hash.h).
 */
@injectable()
export class HashTlbFlush extends UndeferredFlush {
  constructor(@inject(TRANSLATIONS) translations: Translations) {
    super(translations);
  }

  override flushTlbPage(): void {
    // See HashTlbFlush.
  }

  override flushTlbRange(): void {
    // See HashTlbFlush.
  }
}
