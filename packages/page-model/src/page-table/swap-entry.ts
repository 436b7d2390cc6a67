/**
 * swp_entry_t: a swap device and a slot on it, in the form that no architecture owns. The exclusive,
 * soft-dirty and uffd bits are not in it: they live in the page-table entry only.
 */
export type SwapEntry = number;

// The type above the offset; both fit into the 53 bits of a number.
const offsetLimit = 2 ** 45;

/** swp_entry(). */
export function swpEntry(type: number, offset: number): SwapEntry {
  return type * offsetLimit + offset;
}

/** swp_type(): the swap device. */
export function swpType(entry: SwapEntry): number {
  return Math.floor(entry / offsetLimit);
}

/** swp_offset(): the slot on the device. */
export function swpOffset(entry: SwapEntry): number {
  return entry % offsetLimit;
}
