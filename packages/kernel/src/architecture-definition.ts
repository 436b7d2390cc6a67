import type { History } from '@pagerace/history';
import { type AnyProvision, type Provisions, provisions } from './provision.js';

/** Whether an architecture has something: always, never, or from a version or on a condition on. */
export type Availability = boolean | string;

/** How other CPUs are made to forget translations, and what that waits for. */
export interface TlbFlushFacts {
  /**
   * `ipi`: by interrupts, so that a flush waits for sections with interrupts off. `broadcast`: by an
   * instruction that the hardware tells the other CPUs. `firmware`: by interrupts to a level of
   * privilege that the kernel's interrupts-off does not hold up. `hypervisor`: by interrupts, but for CPUs
   * that the host has preempted, with interrupts off or on.
   */
  readonly by: 'ipi' | 'broadcast' | 'firmware' | 'hypervisor';
  /** Whether reclaim flushes once for many pages (CONFIG_ARCH_WANT_BATCHED_UNMAP_TLB_FLUSH). */
  readonly deferred: boolean;
}

export interface ArchitectureFacts {
  /** `x86`, or `x86-broadcast` for a variant. */
  readonly id: string;
  readonly title: string;
  /** The id of its memory model. */
  readonly model: string;
  /**
   * What orders reclaim's clearing of a page-table entry before its later loads, such as the reference
   * count's: `dsb(ish) in flush_tlb_page()`, or `nothing`. For reports; the model finds out by itself.
   */
  readonly clearBeforeLoad?: string;
  readonly tlbFlush?: TlbFlushFacts;
  /** More than one CPU, CONFIG_SMP; default true. */
  readonly smp?: Availability;
  /** Transparent huge pages, CONFIG_TRANSPARENT_HUGEPAGE. */
  readonly thp?: Availability;
  /** GUP-fast, CONFIG_HAVE_FAST_GUP. Where it is never there, pages are got the slow way. */
  readonly fastGup?: Availability;
  /** Page tables are freed after a grace period, CONFIG_MMU_GATHER_RCU_TABLE_FREE. */
  readonly rcuTableFree?: Availability;
}

/** An architecture: implementations of the contract that page-model owns. */
export interface ArchitectureDefinition extends ArchitectureFacts {
  readonly provides: readonly AnyProvision[];
  /** Of the functions under arch/ that changed: each binds its own token. */
  readonly histories: readonly History[];
}

/** Defines an architecture; it must provide ARCHITECTURE and TLB_FLUSH of page-model. */
export function defineArchitecture<const Types extends readonly unknown[]>(
  facts: ArchitectureFacts & {
    readonly provides: Provisions<Types>;
    readonly histories?: readonly History[];
  },
): ArchitectureDefinition {
  return { histories: [], ...facts, provides: provisions(facts.provides) };
}
