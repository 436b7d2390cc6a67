import { inject, injectable } from '@pagerace/di';
import { kernelFunction } from '@pagerace/machine';
import type { Mm, VirtualAddress } from '@pagerace/page-model';
import { TRANSLATIONS, type Translations, UndeferredFlush } from '@pagerace/pgtable-generic';

/**
 * `ginvt`, which the hardware broadcasts, and the `sync` of type 0x14 that waits for it; v6.1, where
 * cpu_has_mmid. The latter completes invalidations, and is not taken to order loads and stores.
 */
@injectable()
export class GinvtTlbFlush extends UndeferredFlush {
  constructor(@inject(TRANSLATIONS) translations: Translations) {
    super(translations);
  }

  @kernelFunction('arch/mips/kernel/smp.c')
  override flushTlbPage(mm: Mm, address: VirtualAddress): void {
    const end = address + mm.memory.pageSize;
    this.translations.invalidate('ginvt', undefined, { mm, start: address, end });
  }

  @kernelFunction('arch/mips/kernel/smp.c')
  override flushTlbRange(mm: Mm, start: VirtualAddress, end: VirtualAddress): void {
    this.translations.invalidate('ginvt', undefined, { mm, start, end });
  }
}
