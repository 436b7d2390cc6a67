import { inject, injectable } from '@pagerace/di';
import { kernelFunction } from '@pagerace/machine';
import type { Mm, VirtualAddress } from '@pagerace/page-model';
import { TRANSLATIONS, type Translations, UndeferredFlush } from '@pagerace/pgtable-generic';

/** Flushes by an instruction that the hardware broadcasts, and that orders nothing else. */
@injectable()
export class WTlbFlush extends UndeferredFlush {
  constructor(@inject(TRANSLATIONS) translations: Translations) {
    super(translations);
  }

  override flushTlbPage(mm: Mm, address: VirtualAddress): void {
    this.flushTlbRange(mm, address, address + mm.memory.pageSize);
  }

  @kernelFunction('arch/w/include/asm/tlbflush.h')
  override flushTlbRange(mm: Mm, start: VirtualAddress, end: VirtualAddress): void {
    this.translations.invalidate('broadcast', undefined, { mm, start, end });
  }
}
