import { inject, injectable } from '@pagerace/di';
import { kernelFunction } from '@pagerace/machine';
import { type Mm, TLB, type Tlb, type VirtualAddress } from '@pagerace/page-model';
import {
  InterruptFlush,
  TRANSLATIONS,
  type Translations,
  UndeferredFlush,
} from '@pagerace/pgtable-generic';

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

/** Flushes by interrupt to the CPUs of mm_cpumask(), as it is found, with nothing before that orders. */
@injectable()
export class WIpiTlbFlush extends InterruptFlush {
  constructor(@inject(TLB) tlb: Tlb) {
    super(tlb);
  }

  override flushTlbPage(mm: Mm, address: VirtualAddress): void {
    this.flushTlbRange(mm, address, address + mm.memory.pageSize);
  }

  @kernelFunction('arch/w/include/asm/tlbflush.h')
  override flushTlbRange(mm: Mm, start: VirtualAddress, end: VirtualAddress): void {
    this.flushTlbMulti(mm.cpumask, { mm, start, end });
  }
}
