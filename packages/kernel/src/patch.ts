import type { PatchFacts } from '@pagerace/history';
import { type AnyProvision, type Provisions, provisions } from './provision.js';

/**
 * A change of the kernel. What a commit of a release does is in the histories of the functions that it
 * changes; a patch of a plug-in brings implementations for the seams that it touches.
 */
export interface Patch extends PatchFacts {
  readonly provides?: readonly AnyProvision[];
  /** Patches that this one was written on top of and replaces, where they touch the same seam. */
  readonly supersedes?: readonly PatchFacts[];
}

/** Defines a patch. Each seam gets a class, or a value where it is a mere setting. */
export function definePatch<const Types extends readonly unknown[]>(
  facts: Omit<Patch, 'provides'> & { readonly provides: Provisions<Types> },
): Patch {
  return { ...facts, provides: provisions(facts.provides) };
}
