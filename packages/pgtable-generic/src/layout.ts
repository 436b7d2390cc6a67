import type { PageTableLevel, Pte } from '@pagerace/page-model';
import type { BitField } from './bit-field.js';

/** protection_map: the protections that mappings start with. A private writable one is read-only. */
export interface ProtectionMap {
  /** Of a mapping without VM_READ, VM_WRITE and VM_EXEC. */
  readonly none: Pte;
  readonly read: Pte;
  readonly execute: Pte;
  /** Of a shared mapping with VM_WRITE. */
  readonly write: Pte;
  /** Of a shared mapping with VM_WRITE and VM_EXEC. */
  readonly writeExecute: Pte;
}

/** Where a swap entry keeps what. A bit that the architecture does not have is `0n`. */
export interface SwapLayout {
  /** Bits that every swap entry has. */
  readonly marker: bigint;
  /** swp_type(). */
  readonly type: BitField;
  /** swp_offset(). */
  readonly offset: BitField;
  /** pte_swp_exclusive(), __HAVE_ARCH_PTE_SWP_EXCLUSIVE. */
  readonly exclusive: bigint;
  /** pte_swp_soft_dirty(), CONFIG_HAVE_ARCH_SOFT_DIRTY. */
  readonly softDirty: bigint;
  /** pte_swp_uffd_wp(), CONFIG_HAVE_ARCH_USERFAULTFD_WP. */
  readonly uffdWp: bigint;
}

/**
 * A page-table entry of the last level. A bit that the architecture does not have is `0n`; one whose
 * meaning is the other way round, such as a read-only bit, is the architecture's own to override.
 */
export interface PteLayout {
  /** log2 of the page size in bytes. */
  readonly pageShift: number;
  /** From the root down to `pte`. */
  readonly levels: readonly PageTableLevel[];
  /** An entry that maps nothing. */
  readonly none: Pte;
  /** Bits that may be set in an entry that maps nothing: pte_none() does not look at them. */
  readonly strayInNone: bigint;
  /** pte_present() if any of these is set. */
  readonly present: bigint;
  /** Of {@link PteLayout.present}, the bit that is present to the kernel and not to the hardware. */
  readonly protnone: bigint;
  /** The page frame number, or the table's in an entry above the last level. */
  readonly frame: BitField;
  readonly write: bigint;
  readonly dirty: bigint;
  readonly young: bigint;
  readonly special: bigint;
  readonly softDirty: bigint;
  readonly uffdWp: bigint;
  /** Bits of an entry that points to a table. */
  readonly table: bigint;
  /**
   * The bit by which an entry above the last level is known to map a huge page. Left out where there are
   * none, or where something else tells.
   */
  readonly huge?: bigint;
  readonly protection: ProtectionMap;
  readonly swap: SwapLayout;
  /** Before there was an exclusive bit. */
  readonly swapBeforeExclusive: SwapLayout;
}
