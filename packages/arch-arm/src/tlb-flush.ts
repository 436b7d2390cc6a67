import { inject, injectable } from '@pagerace/di';
import { kernelFunction } from '@pagerace/machine';
import type { Mm, VirtualAddress } from '@pagerace/page-model';
import { TRANSLATIONS, type Translations, UndeferredFlush } from '@pagerace/pgtable-generic';
import { dsbIsh, dsbIshst } from './dsb.js';

/**
 * Flushes by TLBIMVAIS, which the hardware broadcasts (v6.1), as every core with LPAE does. Interrupts
 * for the erratum 798181 of the Cortex-A15 are not modelled.
 */
@injectable()
export class ArmTlbFlush extends UndeferredFlush {
  constructor(@inject(TRANSLATIONS) translations: Translations) {
    super(translations);
  }

  @kernelFunction('arch/arm/include/asm/tlbflush.h', '__flush_tlb_page')
  override flushTlbPage(mm: Mm, address: VirtualAddress): void {
    dsbIshst();
    const end = address + mm.memory.pageSize;
    this.translations.invalidate('TLBIMVAIS', undefined, { mm, start: address, end });
    dsbIsh();
  }

  @kernelFunction('arch/arm/mm/tlb-v7.S', 'v7wbi_flush_user_tlb_range')
  override flushTlbRange(mm: Mm, start: VirtualAddress, end: VirtualAddress): void {
    dsbIsh('before');
    this.translations.invalidate('TLBIMVAIS', undefined, { mm, start, end });
    dsbIsh('after');
  }
}
