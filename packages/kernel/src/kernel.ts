import type { Patch } from './patch.js';
import { UsageError } from './usage-error.js';

export interface KernelFacts {
  /** A release, or a name for what is no release: `v5.17-rc2`. */
  readonly id: string;
  readonly title?: string;
  /** The kernel that this one goes on from. */
  readonly base?: Kernel;
  /** What is added to the base, in the order of application. */
  readonly patches: readonly Patch[];
  /** What is modelled of it though a later release brought it; not so of the kernels that go on from it. */
  readonly newerCode?: string;
}

/** A kernel: the base system with a list of patches. */
export interface Kernel {
  readonly id: string;
  readonly title: string;
  /** Every patch, those of the base first. */
  readonly patches: readonly Patch[];
  /** What is modelled of it though a later release brought it: who reads a verdict must know. */
  readonly newerCode?: string;
}

/** @throws {UsageError} when the patches do not fit together or do not fit the base */
export function defineKernel({ id, title = id, base, patches, newerCode }: KernelFacts): Kernel {
  const all = applied(id, base?.patches ?? [], patches);
  return { id, title, patches: all, ...(newerCode === undefined ? {} : { newerCode }) };
}

/**
 * A kernel with further patches; its id is `<kernel>+<patch>+…`.
 *
 * @throws {UsageError} when they do not fit
 */
export function applyPatches(kernel: Kernel, patches: readonly Patch[]): Kernel {
  if (patches.length === 0) return kernel;
  const id = [kernel.id, ...patches.map((patch) => patch.id)].join('+');
  const title = [kernel.title, ...patches.map((patch) => patch.id)].join(' + ');
  return { ...kernel, id, title, patches: applied(kernel.id, kernel.patches, patches) };
}

function applied(
  kernel: string,
  base: readonly Patch[],
  added: readonly Patch[],
): readonly Patch[] {
  const patches = [...base];
  for (const patch of added) {
    mustFit(kernel, patches, patch);
    patches.push(patch);
  }
  return patches;
}

function mustFit(kernel: string, before: readonly Patch[], patch: Patch): void {
  if (before.some(({ id }) => id === patch.id)) {
    throw new UsageError(`${kernel} has the patch ${patch.id} already`);
  }
  const missing = (patch.needs ?? []).filter((id) => !before.some((one) => one.id === id));
  if (missing.length > 0) {
    throw new UsageError(
      `the patch ${patch.id} does not fit ${kernel}, which lacks ${missing.join(', ')}`,
    );
  }
  for (const { token } of patch.provides) {
    const other = before.findLast(({ provides }) => provides.some((one) => one.token === token));
    if (other === undefined || patch.supersedes?.includes(other.id) === true) continue;
    throw new UsageError(
      `the patches ${other.id} and ${patch.id} both change ${token.description ?? 'one seam'}: ` +
        'choose one, or say in the later one that it supersedes the earlier',
    );
  }
}
