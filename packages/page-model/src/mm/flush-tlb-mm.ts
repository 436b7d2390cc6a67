import type { Mm } from './mm-struct.js';
import type { TlbFlush } from '../tlb/tlb-flush.js';

/** flush_tlb_mm(): flushes every mapping of a process. */
export function flushTlbMm(tlb: TlbFlush, mm: Mm): void {
  tlb.flushTlbRange(mm, 0, Number.MAX_SAFE_INTEGER);
}
