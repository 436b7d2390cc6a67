/** gup_flags: FOLL_WRITE and its like (include/linux/mm.h, v5.17). */
export interface GupFlags {
  /** FOLL_WRITE: the pages will be written to. */
  readonly write?: boolean;
  /** FOLL_PIN instead of FOLL_GET: the reference is one for DMA, which the kernel can tell from others. */
  readonly pin?: boolean;
  /** FOLL_LONGTERM, with {@link GupFlags.pin} (v5.6): for long, as RDMA and fixed buffers of io_uring hold pages. */
  readonly longterm?: boolean;
  /** FOLL_FORCE: a private mapping may be written to although it is read-only, as by ptrace() or /proc/PID/mem. */
  readonly force?: boolean;
  /** FOLL_FAST_ONLY: rather less pages than a lock. */
  readonly fastOnly?: boolean;
}
