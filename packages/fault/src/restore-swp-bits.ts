import type { Architecture, Pte } from '@pagerace/page-model';

/** What a swap entry says of soft-dirty and of uffd-wp, given to the entry that takes its place. */
export function restoreSwpBits(arch: Architecture, pte: Pte, swapPte: Pte): Pte {
  const dirty = arch.pteSwpSoftDirty(swapPte) ? arch.pteMksoftDirty(pte) : pte;
  return arch.pteSwpUffdWp(swapPte) ? arch.pteMkuffdWp(dirty) : dirty;
}
