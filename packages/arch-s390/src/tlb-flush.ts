import { inject, injectable } from '@pagerace/di';
import type { Mm, VirtualAddress } from '@pagerace/page-model';
import { TRANSLATIONS, type Translations, UndeferredFlush } from '@pagerace/pgtable-generic';
import { runsHereOnly } from './cpu-attach-mask.js';

/**
 * Next to nothing: the operations on entries flush by themselves, as IPTE, which makes an entry
 * invalid, tells every CPU (arch/s390/include/asm/pgtable.h).
 */
@injectable()
export class S390TlbFlush extends UndeferredFlush {
  constructor(@inject(TRANSLATIONS) translations: Translations) {
    super(translations);
  }

  /** Empty (arch/s390/include/asm/tlbflush.h). */
  override flushTlbPage(): void {
    // See S390TlbFlush.
  }

  /** __tlb_flush_mm_lazy(): what ptep_xchg_lazy() has left to the one CPU that runs the process. */
  override flushTlbRange(mm: Mm, start: VirtualAddress, end: VirtualAddress): void {
    if (runsHereOnly(mm)) this.translations.invalidate('IDTE', mm.cpumask, { mm, start, end });
  }
}
