import { type AnyProvision, type Provisions, provisions } from './provision.js';

export interface ArchitectureFacts {
  /** `x86`, or `x86-broadcast` for a variant. */
  readonly id: string;
  readonly title: string;
  /** The id of its memory model. */
  readonly model: string;
}

/** An architecture: implementations of the contract that page-model owns. */
export interface ArchitectureDefinition extends ArchitectureFacts {
  readonly provides: readonly AnyProvision[];
}

/** Defines an architecture; it must provide ARCHITECTURE and TLB_FLUSH of page-model. */
export function defineArchitecture<const Types extends readonly unknown[]>(
  facts: ArchitectureFacts & { readonly provides: Provisions<Types> },
): ArchitectureDefinition {
  return { ...facts, provides: provisions(facts.provides) };
}
