import { compareReleases, isRelease, type PatchFacts, type Release } from '@pagerace/history';
import type { Patch } from './patch.js';
import { UsageError } from './usage-error.js';

/**
 * The oldest release that can be named: files and writeback are as they were then. Most of the rest is as of
 * v4.12, and the run says so.
 */
export const oldestRelease: Release = 'v4.4';
/** The newest release that sources were read of. */
export const newestRelease: Release = 'v6.15';

export interface KernelFacts {
  readonly id: string;
  readonly title?: string;
  /** The release that it goes on from: its functions are as of then. */
  readonly release: Release;
  /** What it has besides: commits of later releases, as a stable release has them, or other patches. */
  readonly adds?: readonly Patch[];
  /** Commits of the release that it does without. */
  readonly without?: readonly PatchFacts[];
}

/** A kernel: a release, with patches added to it and commits taken out of it. */
export interface Kernel {
  readonly id: string;
  readonly title: string;
  readonly release: Release;
  readonly adds: readonly Patch[];
  readonly without: readonly PatchFacts[];
}

/**
 * Defines a kernel that has an id of its own.
 *
 * @throws {UsageError} when there is no such release, or the patches do not fit
 */
export function defineKernel({
  id,
  title = id,
  release,
  adds = [],
  without = [],
}: KernelFacts): Kernel {
  return withoutPatches(
    applyPatches({ id, title, release: modelled(release), adds: [], without: [] }, adds, id),
    without,
    id,
  );
}

/** @throws {UsageError} when no release of that tag is modelled */
export function kernelOf(release: Release): Kernel {
  return defineKernel({ id: release, title: `Linux ${release}`, release });
}

/** Each last release of a major version, and the first candidate of the next. */
const gaps = [
  ['v4.20', 'v5.0-rc1'],
  ['v5.19', 'v6.0-rc1'],
] as const;

function modelled(release: string): Release {
  if (!isRelease(release))
    throw new UsageError(`there is no release ${release}; one is ${newestRelease}, or v5.17-rc2`);
  if (compareReleases(release, oldestRelease) < 0)
    throw new UsageError(
      `${release} is older than the oldest release that is modelled, ${oldestRelease}`,
    );
  if (compareReleases(release, newestRelease) > 0)
    throw new UsageError(
      `${release} is newer than the newest release that is modelled, ${newestRelease}`,
    );
  for (const [last, next] of gaps) {
    if (compareReleases(release, last) > 0 && compareReleases(release, next) < 0)
      throw new UsageError(`there is no release ${release}; ${next} comes after ${last}`);
  }
  return release;
}

/** Whether a kernel has a patch: by its release, unless it was taken out, or because it was added. */
export function hasPatch(kernel: Kernel, patch: PatchFacts): boolean {
  return (
    isAdded(kernel, patch) ||
    (isOfRelease(kernel, patch) && !kernel.without.some(({ id }) => id === patch.id))
  );
}

/** Whether a kernel has a patch that its release does not have. */
export function isAdded(kernel: Kernel, patch: PatchFacts): boolean {
  return kernel.adds.some(({ id }) => id === patch.id);
}

/** What a plug-in's patch does no history knows, so no release has it. */
function isOfRelease({ release }: Kernel, { since, ...patch }: Patch): boolean {
  return (
    since !== undefined && patch.provides === undefined && compareReleases(since, release) <= 0
  );
}

/**
 * A kernel with further patches.
 *
 * @param id of the result; by default `<kernel>+<patch>+…`
 * @throws {UsageError} for a patch that the kernel has, or that another one rules out
 */
export function applyPatches(kernel: Kernel, patches: readonly Patch[], id?: string): Kernel {
  return patches.reduce((before, patch) => {
    if (hasPatch(before, patch))
      throw new UsageError(`${before.id} has the patch ${patch.id} already`);
    mustFit(before, patch);
    return {
      ...before,
      id: id ?? `${before.id}+${patch.id}`,
      title: id === undefined ? `${before.title} + ${patch.id}` : before.title,
      adds: [...before.adds, patch],
      without: before.without.filter((one) => one.id !== patch.id),
    };
  }, kernel);
}

/**
 * A kernel without some of the commits of its release.
 *
 * @param id of the result; by default `<kernel>^<patch>^…`
 * @throws {UsageError} for a commit that it does not have
 */
export function withoutPatches(
  kernel: Kernel,
  patches: readonly PatchFacts[],
  id?: string,
): Kernel {
  return patches.reduce((before, patch) => {
    if (!hasPatch(before, patch))
      throw new UsageError(
        `${before.id} does not have the patch ${patch.id}, so it cannot be taken out`,
      );
    return {
      ...before,
      id: id ?? `${before.id}^${patch.id}`,
      title: id === undefined ? `${before.title} without ${patch.id}` : before.title,
      adds: before.adds.filter((one) => one.id !== patch.id),
      without: isOfRelease(before, patch) ? [...before.without, patch] : before.without,
    };
  }, kernel);
}

function mustFit(kernel: Kernel, patch: Patch): void {
  const missing = (patch.needs ?? []).filter((needed) => !hasPatch(kernel, needed));
  if (missing.length > 0) {
    throw new UsageError(
      `the patch ${patch.id} does not fit ${kernel.id}, which lacks ${missing.map(({ id }) => id).join(', ')}: add ${missing.length === 1 ? 'that' : 'those'} before it`,
    );
  }
  for (const { token } of patch.provides ?? []) {
    const other = kernel.adds.findLast(({ provides }) =>
      provides?.some((one) => one.token === token),
    );
    if (other === undefined || patch.supersedes?.some(({ id }) => id === other.id) === true)
      continue;
    throw new UsageError(notSuperseded(other, patch, token.description ?? 'one seam'));
  }
}

/** Says that two patches change the same thing. */
export function bothChange(one: PatchFacts, other: PatchFacts, what: string): string {
  return `the patches ${one.id} and ${other.id} both change ${what}`;
}

/** The same of a patch of a plug-in, which can say that it supersedes the other. */
export function notSuperseded(one: PatchFacts, other: PatchFacts, what: string): string {
  return `${bothChange(one, other, what)}: choose one, or say in the later one that it supersedes the earlier`;
}
