import { ModelError } from '@pagerace/explorer';

/** What the kernel asks a swap device, once, at swapon(). */
export interface SwapDeviceTraits {
  /** SWP_STABLE_WRITES: the device needs that a page does not change while it is written. */
  readonly stableWrites: boolean;
  /** SWP_SYNCHRONOUS_IO: the device has done a request when its submission returns. */
  readonly synchronousIo: boolean;
  /** frontswap_store(), zswap_store(): the page is taken before it comes to the device. */
  readonly storesInMemory: boolean;
}

const disk: SwapDeviceTraits = { stableWrites: false, synchronousIo: false, storesInMemory: false };

const kinds = {
  /** zswap in front of a disk, and never full. */
  zswap: { ...disk, storesInMemory: true },
  disk,
  /** A disk with an integrity profile; md-raid5, iSCSI with data digests and rbd are the like. */
  'checksumming-disk': { ...disk, stableWrites: true },
  zram: { ...disk, stableWrites: true, synchronousIo: true },
} as const satisfies Readonly<Record<string, SwapDeviceTraits>>;

export type SwapDeviceKind = keyof typeof kinds;

/** The kinds of swap devices; the first one has the fewest executions. */
export const swapDeviceKinds = Object.keys(kinds) as [SwapDeviceKind, ...SwapDeviceKind[]];

/** What swapon() is told. */
export interface SwapDevice {
  /** How many pages it has room for. */
  readonly pages: number;
  /** Default `zswap`. */
  readonly kind?: SwapDeviceKind;
}

/** @throws {ModelError} if there is no such kind */
export function traitsOf(kind: SwapDeviceKind): SwapDeviceTraits {
  if (Object.hasOwn(kinds, kind)) return kinds[kind];
  throw new ModelError(
    `there is no swap device of the kind ${kind}: it must be ${swapDeviceKinds.join(', ')}`,
  );
}
