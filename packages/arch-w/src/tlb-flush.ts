import { inject, injectable } from '@pagerace/di';
import {
  kernelFunction,
  localIrqRestore,
  localIrqSave,
  smpCallFunctionMany,
} from '@pagerace/machine';
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

/** Flushes by interrupt to the CPUs of mm_cpumask(), as it is found, with nothing before that orders. */
@injectable()
export class WIpiTlbFlush extends WTlbFlush {
  @kernelFunction('arch/w/include/asm/tlbflush.h')
  override flushTlbRange(mm: Mm): void {
    smpCallFunctionMany(mm.cpumask);
  }

  /** An interrupt comes between instructions, never within one. */
  override duringAccess<T>(access: () => T): T {
    localIrqSave();
    const result = access();
    localIrqRestore();
    return result;
  }
}
