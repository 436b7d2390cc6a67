import { hasPatch, type Kernel, type Patch } from '@pagerace/kernel';

/** A step from one kernel to another: a patch that is added, or one that is taken out. */
export interface Change {
  readonly patch: Patch;
  readonly kind: 'added' | 'taken out';
}

/**
 * The steps from one kernel to another: what the other lacks is taken out, newest first, and what it has
 * besides is added, oldest first, so that nothing stands without what it was written on top of.
 *
 * @param patches those that may matter, oldest first
 */
export function changesBetween(
  from: Kernel,
  to: Kernel,
  patches: readonly Patch[],
): readonly Change[] {
  const differing = patches.filter((patch) => hasPatch(from, patch) !== hasPatch(to, patch));
  const takenOut = differing.filter((patch) => hasPatch(from, patch)).reverse();
  return [
    ...takenOut.map((patch): Change => ({ patch, kind: 'taken out' })),
    ...differing
      .filter((patch) => hasPatch(to, patch))
      .map((patch): Change => ({ patch, kind: 'added' })),
  ];
}

/** The name of a kernel with changes. */
export function changed(kernel: Kernel, changes: readonly Change[]): string {
  return changes.reduce(
    (name, { patch, kind }) => `${name}${kind === 'added' ? '+' : '^'}${patch.id}`,
    kernel.id,
  );
}

/** What a kernel with some of the changes does: as the bad one, or not; undefined where they do not fit together. */
export type IsBad = (changes: readonly Change[]) => Promise<boolean | undefined>;

/**
 * Finds the changes that make the difference: the first step at which a kernel is bad, by halving, and
 * then which of the steps before it that takes, by leaving out ever smaller parts of them (ddmin: Zeller and
 * Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", 2002).
 *
 * @param changes of which none is good, and all are bad
 * @returns a set that is bad, and of which none can be left out
 */
export async function bisection(
  changes: readonly Change[],
  isBad: IsBad,
): Promise<readonly Change[]> {
  let good = 0;
  let bad = changes.length;
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    // The nearest step at which the changes fit together, from the middle on and then before it.
    const upwards = Array.from({ length: bad - middle }, (_, nth) => middle + nth);
    const downwards = Array.from({ length: middle - good - 1 }, (_, nth) => middle - 1 - nth);
    let step: number | undefined;
    let isBadThere: boolean | undefined;
    for (step of [...upwards, ...downwards]) {
      isBadThere = await isBad(changes.slice(0, step));
      if (isBadThere !== undefined) break;
    }
    if (step === undefined || isBadThere === undefined) break;
    if (isBadThere) bad = step;
    else good = step;
  }
  return minimal(changes.slice(0, bad), isBad);
}

async function minimal(changes: readonly Change[], isBad: IsBad): Promise<readonly Change[]> {
  const last = changes.slice(-1);
  let before = changes.slice(0, -1);
  for (let size = before.length; size > 0; size = size === 1 ? 0 : (size + 1) >> 1) {
    // From the newest on, so that what others build on is tried after them.
    for (let end = before.length; end > 0; end -= size) {
      const start = Math.max(0, end - size);
      const without = [...before.slice(0, start), ...before.slice(end)];
      if ((await isBad([...without, ...last])) === true) before = without;
    }
  }
  return [...before, ...last];
}
