import { maskOf } from '../bit-field.js';
import type { PteLayout } from '../layout.js';

/**
 * Bits of a layout that two things claim.
 *
 * @returns such as `swap offset and swap exclusive`; empty if there are none
 */
export function layoutConflicts(layout: PteLayout): readonly string[] {
  const { swap } = layout;
  const page = {
    present: layout.present & ~layout.protnone,
    frame: maskOf(layout.frame),
    write: layout.write,
    dirty: layout.dirty,
    young: layout.young,
    special: layout.special,
    'soft-dirty': layout.softDirty,
    'uffd-wp': layout.uffdWp,
  };
  // A marker may be what makes an entry not present; a swap entry has no bit that would make it so.
  const swapped = {
    marker: swap.marker,
    present: layout.present,
    type: maskOf(swap.type),
    offset: maskOf(swap.offset),
    exclusive: swap.exclusive,
    'soft-dirty': swap.softDirty,
    'uffd-wp': swap.uffdWp,
  };
  return [...conflicts(page, ''), ...conflicts(swapped, 'swap ')];
}

function conflicts(claims: Readonly<Record<string, bigint>>, kind: string): readonly string[] {
  const all = Object.entries(claims);
  return all.flatMap(([one, bits], nth) =>
    all
      .slice(nth + 1)
      .filter(([, others]) => (bits & others) !== 0n)
      .map(([other]) => `${kind}${one} and ${kind}${other}`),
  );
}
