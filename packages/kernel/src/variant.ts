import { type AnyVariant, compareReleases, type History, type PatchFacts } from '@pagerace/history';
import { bothChange, hasPatch, isAdded, type Kernel } from './kernel.js';
import { UsageError } from './usage-error.js';

/**
 * The form that a function has in a kernel: the newest that the kernel has.
 *
 * @returns undefined for code of one form
 * @throws {UsageError} when a patch does not fit what the kernel has of this function
 */
export function variantIn(history: History, kernel: Kernel): AnyVariant | undefined {
  const { code, variants } = history;
  const first = variants[0]?.patch;
  if (first !== undefined && kernel.without.some(({ id }) => id === first.id))
    throw new UsageError(`no form of ${code} without ${first.id} is modelled`);
  // Which commits a candidate has is known of those of older releases, and of those that are named.
  const final = kernel.release.replace(/-rc\d+$/, '');
  const unknown = variants.find(
    ({ patch }) => patch?.since === final && final !== kernel.release && !isAdded(kernel, patch),
  );
  if (unknown !== undefined)
    throw new UsageError(
      `whether ${kernel.release} has ${unknown.patch!.id} of ${final} is not known: take ${final} or the release before it`,
    );
  const present = variants.filter(
    ({ patch }, nth) => nth === 0 || (patch !== undefined && hasPatch(kernel, patch)),
  );
  const chosen = present.at(-1);
  if (chosen === undefined) return undefined;
  const asked = present.filter(({ origin }) => origin === 'asked');
  if (asked.length > 1)
    throw new UsageError(`${bothChange(asked[0]!.patch!, asked[1]!.patch!, code)}: choose one`);
  const { patch } = chosen;
  const lost = present.find(({ origin }) => origin === 'posted');
  if (lost !== undefined && lost !== chosen && patch !== undefined && !isAdded(kernel, patch)) {
    throw new UsageError(
      `the patch ${lost.patch!.id} does not fit ${kernel.release}, which has ${patch.id} in its place`,
    );
  }
  const missing = chosen.buildsOn.filter((one) => !hasPatch(kernel, one));
  if (missing.length > 0) {
    const lacks = named(missing);
    const onTop = named(
      present.flatMap((one) =>
        one.buildsOn.includes(missing[0]!) && one.patch !== undefined ? one.patch : [],
      ),
    );
    throw new UsageError(
      patch !== undefined && isAdded(kernel, patch)
        ? `the patch ${patch.id} does not fit ${kernel.release}, which lacks ${lacks}: add ${missing.length === 1 ? 'that' : 'those'}, too`
        : `${lacks} cannot be taken out of ${kernel.release} without what builds on it: ${onTop}`,
    );
  }
  return chosen;
}

function named(patches: readonly PatchFacts[]): string {
  return patches.map(({ id }) => id).join(', ');
}

/** The code that is modelled for a kernel though a later release brought it, as `file as of release: functions`. */
export function newerCode(histories: readonly History[], { release }: Kernel): readonly string[] {
  const byFile = new Map<string, string[]>();
  for (const { code, since } of histories) {
    if (compareReleases(since, release) <= 0) continue;
    const [file = ''] = code.split(':', 1);
    const key = `${file} as of ${since}: `;
    byFile.set(key, [...(byFile.get(key) ?? []), code.slice(file.length + 1)]);
  }
  return [...byFile].map(([file, functions]) => file + functions.join(', '));
}

/** The patches that histories tell of: those of releases, oldest first, and then the others. */
export function patchesIn(histories: readonly History[]): readonly PatchFacts[] {
  const all = histories.flatMap(({ variants }) => variants.flatMap(({ patch }) => patch ?? []));
  const merged = all.filter(({ since }) => since !== undefined);
  merged.sort((one, other) => compareReleases(one.since!, other.since!));
  return [...new Set([...merged, ...all])];
}
