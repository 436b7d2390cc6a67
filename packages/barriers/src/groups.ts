/** Whether something holds of some names at once. */
export type Holds = (names: readonly string[]) => Promise<boolean>;

/**
 * Asks of groups of names, and of smaller ones where the answer is no: where few names stand out this
 * needs far fewer questions than there are names.
 *
 * @returns the names of which it does not hold alone
 */
export async function exceptions(names: readonly string[], holds: Holds): Promise<string[]> {
  if (names.length === 0 || (await holds(names))) return [];
  if (names.length === 1) return [...names];
  const half = Math.ceil(names.length / 2);
  return [
    ...(await exceptions(names.slice(0, half), holds)),
    ...(await exceptions(names.slice(half), holds)),
  ];
}

/**
 * Collects names, from the first to the last, as long as it holds of all that were collected.
 *
 * @returns a set of them of which it holds, and of no larger one that has these
 */
export async function largest(
  names: readonly string[],
  holds: Holds,
  collected: readonly string[] = [],
): Promise<readonly string[]> {
  if (names.length === 0) return collected;
  const all = [...collected, ...names];
  if (await holds(all)) return all;
  if (names.length === 1) return collected;
  const half = Math.ceil(names.length / 2);
  const first = await largest(names.slice(0, half), holds, collected);
  return largest(names.slice(half), holds, first);
}

/**
 * Of names of which, with those in `fixed`, it holds, as few as it needs to hold, by QuickXplain (Junker
 * 2004). What holds of some names must hold of more.
 *
 * @returns these names and `fixed`
 */
export async function smallest(
  names: readonly string[],
  holds: Holds,
  fixed: readonly string[] = [],
): Promise<readonly string[]> {
  if (names.length === 0 || (await holds(fixed))) return fixed;
  if (names.length === 1) return [...fixed, ...names];
  const half = Math.ceil(names.length / 2);
  const first = names.slice(0, half);
  const second = names.slice(half);
  const ofSecond = (await smallest(second, holds, [...fixed, ...first])).slice(
    fixed.length + first.length,
  );
  return smallest(first, holds, [...fixed, ...ofSecond]);
}
