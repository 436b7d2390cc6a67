import { whole } from '@pagerace/explorer';
import {
  Allocation,
  cell,
  type Cell,
  formatted,
  type Machine,
  PerCpu,
  Spinlock,
} from '@pagerace/machine';
import type { ByteString, Page } from '@pagerace/page-model';
import { type SwapDevice, type SwapDeviceTraits, traitsOf } from './swap-device.js';

/** SWAP_HAS_CACHE: in swap_map[], says that the swap cache uses the slot. */
export const SWAP_HAS_CACHE = 0x40;

/** One page of a swap device. */
export interface SwapSlot {
  /** swap_map[]: how many page-table entries use the slot, and SWAP_HAS_CACHE. */
  readonly map: Cell<number>;
  /** The slot's entry in the swap cache. Written with the i_pages lock held. */
  readonly cached: Cell<Page | null>;
  /**
   * False while SWAP_HAS_CACHE is set and the page is not yet, or no longer, in the swap cache. No variable
   * of the kernel: what schedule_timeout_uninterruptible() in __read_swap_cache_async() waits for.
   */
  readonly isSettled: Cell<boolean>;
  readonly lo: Cell<ByteString | null>;
  readonly hi: Cell<ByteString | null>;
}

/** struct swap_info_struct, and swapper_spaces[]: the one swap device, and the swap cache over it. */
export class SwapInfo {
  /** What the device is like, as swapon() has found it. */
  readonly traits: SwapDeviceTraits;
  /** The cluster lock, which protects swap_map[]. */
  readonly lock = new Spinlock('swap_lock');
  /** swap_address_space()->i_pages, which protects the swap cache. */
  readonly pagesLock = new Spinlock('i_pages');
  /** SWP_WRITEOK: pages may get slots. */
  readonly writeOk = cell(true, 'swap.SWP_WRITEOK');
  /** inuse_pages: how many slots are used. */
  readonly inusePages = cell(0, 'swap.inuse_pages');
  /** Whether get_swap_device() succeeds: SWP_VALID or, since v5.14, that {@link users} is not killed. */
  readonly isValid = cell(true, 'swap.valid');
  /** users, a percpu_ref: how many faults each CPU has begun that have not ended. */
  readonly users: PerCpu<Cell<number>>;
  /** swap_map[], the swap cache and the extents: swapoff frees them. */
  readonly tables = new Allocation('the tables of the swap device', true);
  /** From slot 1 on: slot 0 holds the header, so that no architecture's swap entry is an empty one. */
  readonly slots: readonly SwapSlot[];

  constructor(machine: Machine, { pages, kind = 'zswap' }: SwapDevice) {
    this.traits = traitsOf(kind);
    this.users = new PerCpu(machine, ({ id }) => cell(0, `swap.users[${String(id)}]`));
    this.slots = Array.from({ length: pages }, (_, nth) => {
      const name = `swap${String(nth + 1)}`;
      return whole(() => ({
        map: cell(0, `${name}.swap_map`),
        cached: formatted(
          cell<Page | null>(null, `${name}.swap_cache`),
          (page) => page?.name ?? 'none',
        ),
        isSettled: cell(true, `${name}.settled`),
        lo: cell<ByteString | null>(null, `${name}.lo`),
        hi: cell<ByteString | null>(null, `${name}.hi`),
      }));
    });
  }
}
