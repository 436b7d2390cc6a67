import { type AnyProvision, type Provisions, provisions } from './provision.js';

/** What a patch says of itself. */
export interface PatchFacts {
  /** Kebab case, unique: `madv-free-refcount-check`. */
  readonly id: string;
  /** The subject line of its commit. */
  readonly title: string;
  /** The commit in Linus's tree; none for a version that was never merged. */
  readonly commit?: string;
  /** The first release that has it: `v5.18`. */
  readonly since?: string;
  /** Where it was posted or can be read. */
  readonly url?: string;
  /** Patches that must have been applied before. */
  readonly needs?: readonly string[];
  /** Patches that this one was written on top of and replaces, where they touch the same seam. */
  readonly supersedes?: readonly string[];
}

/** A change of the kernel: implementations for the seams that it touches. */
export interface Patch extends PatchFacts {
  readonly provides: readonly AnyProvision[];
}

/** Defines a patch. Each seam gets a class, or a value where it is a mere setting. */
export function definePatch<const Types extends readonly unknown[]>(
  facts: PatchFacts & { readonly provides: Provisions<Types> },
): Patch {
  return { ...facts, provides: provisions(facts.provides) };
}
