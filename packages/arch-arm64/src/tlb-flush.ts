import { inject, injectable } from '@pagerace/di';
import { kernelFunction, TaskLocal } from '@pagerace/machine';
import type { Mm, TlbRange, VirtualAddress } from '@pagerace/page-model';
import { TRANSLATIONS, type Translations, UndeferredFlush } from '@pagerace/pgtable-generic';
import { dsbIsh, dsbIshst } from './dsb.js';

/**
 * Flushes by TLBI, which the hardware broadcasts, for each page at once (v5.17). For a page it is
 * VALE1IS, of the last level only; for a range, from which a table may have been taken, VAE1IS.
 */
@injectable()
export class Arm64TlbFlush extends UndeferredFlush {
  constructor(@inject(TRANSLATIONS) translations: Translations) {
    super(translations);
  }

  @kernelFunction('arch/arm64/include/asm/tlbflush.h')
  override flushTlbPage(mm: Mm, address: VirtualAddress): void {
    this.flushTlbPageNosync(mm);
    const end = address + mm.memory.pageSize;
    this.complete({ mm, start: address, end, lastLevelOnly: true });
  }

  @kernelFunction('arch/arm64/include/asm/tlbflush.h', '__flush_tlb_range')
  override flushTlbRange(mm: Mm, start: VirtualAddress, end: VirtualAddress): void {
    dsbIshst();
    this.complete({ mm, start, end });
  }

  /** The store of the entry is before the TLBI, for which nobody waits here. */
  @kernelFunction('arch/arm64/include/asm/tlbflush.h')
  protected flushTlbPageNosync(_mm: Mm): void {
    dsbIshst();
  }

  /** Waits until every TLBI of this CPU has had its effect, and orders like any DSB. */
  protected complete(range?: TlbRange): void {
    this.translations.invalidate('TLBI', undefined, range);
    dsbIsh();
  }
}

/**
 * With CONFIG_ARCH_WANT_BATCHED_UNMAP_TLB_FLUSH (43b3dfdd0455, v6.6): reclaim issues a TLBI for each
 * page, and waits for all of them once. What the wait makes the CPUs forget is here everything.
 */
@injectable()
export class Arm64DeferredTlbFlush extends Arm64TlbFlush {
  readonly #pending = new TaskLocal(() => false);

  override shouldDefer(): boolean {
    return true;
  }

  @kernelFunction('arch/arm64/include/asm/tlbflush.h', 'arch_tlbbatch_add_pending')
  override addToBatch(mm: Mm): void {
    this.flushTlbPageNosync(mm);
    this.#pending.set(true);
  }

  @kernelFunction('arch/arm64/include/asm/tlbflush.h', '__flush_tlb_page_nosync')
  protected override flushTlbPageNosync(_mm: Mm): void {
    dsbIshst();
  }

  @kernelFunction('arch/arm64/include/asm/tlbflush.h', 'arch_tlbbatch_flush')
  override flushBatch(): void {
    if (!this.#pending.get()) return;
    this.#pending.set(false);
    this.complete();
  }
}
