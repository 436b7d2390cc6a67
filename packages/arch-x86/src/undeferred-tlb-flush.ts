import { injectable } from '@pagerace/di';
import { IpiTlbFlush } from './ipi-tlb-flush.js';

/** Flushes by interrupt, and at once: without CONFIG_ARCH_WANT_BATCHED_UNMAP_TLB_FLUSH, as before v4.3. */
@injectable()
export class UndeferredTlbFlush extends IpiTlbFlush {
  override shouldDefer(): boolean {
    return false;
  }
}
