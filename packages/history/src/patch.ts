import type { Release } from './release.js';

/** A change of the kernel, by what is known of it: of Linus's tree, posted, or only asked about. */
export interface PatchFacts {
  /** Kebab case, unique: `madv-free-refcount-check`. */
  readonly id: string;
  /** The subject line of its commit. */
  readonly title: string;
  /** The commit in Linus's tree; none for what was never merged. */
  readonly commit?: string;
  /** The first release that has it: `v5.18`. None for what was never merged. */
  readonly since?: Release;
  /** Where it was posted or can be read. */
  readonly url?: string;
  /** Patches that must have been applied before. */
  readonly needs?: readonly PatchFacts[];
}

/** A patch that was merged. */
export interface Commit extends PatchFacts {
  readonly commit: string;
  readonly since: Release;
}

/** Says what a commit is; the histories of the functions that it changes say what it does. */
export function commit(facts: Commit): Commit {
  return facts;
}

/** Says what a patch is that no release has. */
export function unmerged(facts: Omit<PatchFacts, 'commit' | 'since'>): PatchFacts {
  return facts;
}
