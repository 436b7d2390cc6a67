import type { Mm, TlbFlush, VirtualAddress } from '@pagerace/page-model';
import type { Translations } from './translations.js';

/**
 * A TLB flush that interrupts nobody: it waits for accesses under way and for nothing else. Reclaim
 * flushes for each page, as without CONFIG_ARCH_WANT_BATCHED_UNMAP_TLB_FLUSH.
 */
export abstract class UndeferredFlush implements TlbFlush {
  constructor(protected readonly translations: Translations) {}

  abstract flushTlbPage(mm: Mm, address: VirtualAddress): void;

  abstract flushTlbRange(mm: Mm, start: VirtualAddress, end: VirtualAddress): void;

  shouldDefer(_mm: Mm): boolean {
    return false;
  }

  addToBatch(_mm: Mm): void {
    // Nothing is deferred.
  }

  flushBatch(): void {
    // Nothing is deferred.
  }

  duringAccess<T>(access: () => T): T {
    return this.translations.during(access);
  }
}
