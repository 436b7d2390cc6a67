import { EventFlag, type ExecutionGraph } from './graph.js';
import { Order } from './order.js';

/** The kind of access that is about to be added, as far as consistency depends on it. */
export const Access = { read: 0, write: 1, update: 2 } as const;
export type Access = (typeof Access)[keyof typeof Access];

/**
 * A memory model in the form that the explorer uses while it builds graphs.
 *
 * The explorer relies on three properties (Kokologiannakis et al., "Truly Stateless, Optimal Dynamic
 * Partial Order Reduction", POPL 2022): a consistent graph stays consistent when a (po ∪ rf)-maximal
 * event is removed; program order and reads-from together are acyclic; and reading the
 * coherence-last write, or writing coherence-last, is always consistent.
 */
export interface MemoryModel {
  readonly id: string;
  readonly title: string;
  /** Where the definition comes from. */
  readonly source: string;
  /**
   * The coherence-earliest write of `location` that an access of `thread`, added after its first
   * `length` events, may read from or be placed directly after; the access itself is not in the graph.
   * Every earlier one is inconsistent. If {@link exact}, every later one is consistent, given that the
   * graph was.
   */
  floor(
    graph: ExecutionGraph,
    thread: number,
    length: number,
    location: number,
    access: Access,
    order: number,
  ): number;
  /** Whether {@link floor} alone decides; if not, {@link isConsistent} is asked for each candidate. */
  readonly exact: boolean;
  /**
   * Whether the graph is consistent, if {@link floor} does not decide it. Asked only where an event got
   * another place than the coherence-last one.
   */
  isConsistent(graph: ExecutionGraph): boolean;
  /** Whether it orders by address dependencies: only then is `graph.address` filled in. */
  readonly addresses?: boolean;
  /**
   * Whether a compare-exchange that fails orders as a read of its failure order, as in C11. If not, a
   * read-modify-write that fails orders nothing, as in the kernel.
   */
  readonly failuresOrder?: boolean;
  /** Whether a release sequence goes on with the later writes of its thread, as in C11 and before C++20. */
  readonly ownWritesContinue?: boolean;
  /** How many views `graph.view` holds of each event. */
  readonly views: number;
  /**
   * Called for every new event when it has its place, and a read its source; again when a read gets
   * another. May fill in `graph.note[event]` and the event's views, from its prefix alone.
   */
  added(graph: ExecutionGraph, event: number): void;
}

/** What a memory model says of synchronisation, for the explorer's search for data races too. */
export type Synchronization = Pick<MemoryModel, 'failuresOrder' | 'ownWritesContinue'>;

/** The order that a read has under a model: that of a read-modify-write depends on whether it fails. */
export function readOrder(graph: ExecutionGraph, read: number, model: Synchronization): number {
  const order = graph.order[read]!;
  const failed = graph.update[read] !== 0 && (graph.flags[read]! & EventFlag.update) === 0;
  if (!failed || order === Order.plain) return order;
  return model.failuresOrder === true ? graph.failureOrder[read]! : Order.relaxed;
}
