/** gup_flags: FOLL_WRITE and its like (include/linux/mm.h, v5.17). */
export interface GupFlags {
  /** FOLL_WRITE: the pages will be written to. */
  readonly write?: boolean;
  /** FOLL_PIN instead of FOLL_GET: the reference is one for DMA, which the kernel can tell from others. */
  readonly pin?: boolean;
  /** FOLL_LONGTERM: the reference is held as long as user space wants. With FOLL_PIN. */
  readonly longterm?: boolean;
  /** FOLL_FAST_ONLY: rather less pages than a lock. */
  readonly fastOnly?: boolean;
}
