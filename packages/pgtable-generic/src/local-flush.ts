import { inject, injectable } from '@pagerace/di';
import type { Mm, VirtualAddress } from '@pagerace/page-model';
import { TRANSLATIONS, type Translations } from './translations.js';
import { UndeferredFlush } from './undeferred-flush.js';

/** The TLB flush of a machine that has one CPU. */
@injectable()
export class LocalFlush extends UndeferredFlush {
  constructor(@inject(TRANSLATIONS) translations: Translations) {
    super(translations);
  }

  override flushTlbPage(mm: Mm, address: VirtualAddress): void {
    this.flushTlbRange(mm, address, address + mm.memory.pageSize);
  }

  override flushTlbRange(mm: Mm, start: VirtualAddress, end: VirtualAddress): void {
    this.translations.invalidate('flush the TLB', mm.cpumask, { mm, start, end });
  }
}
