/** enum ttu_flags (include/linux/rmap.h). */
export interface TtuFlags {
  /** TTU_BATCH_FLUSH: TLB flushes may be deferred to try_to_unmap_flush(). */
  readonly batchFlush?: boolean;
  /** TTU_IGNORE_MLOCK. */
  readonly ignoreMlock?: boolean;
}
