import { EventFlag, EventKind, none, type ExecutionGraph } from './graph.js';

/**
 * Whether `event`, which a revisit by `write` would delete, was added maximally (POPL 2022, §3.3): as
 * the explorer adds an event first, judged by what was there then or is in the write's prefix.
 *
 * Only if everything that a revisit deletes is maximal does the explorer perform it; so each graph
 * is reached from one graph alone. For a read that waits, the maximal source is the coherence-last
 * write that satisfies it and that, for a lock, nobody has taken.
 */
export function isMaximal(graph: ExecutionGraph, event: number, write: number): boolean {
  if ((graph.flags[event]! & EventFlag.revisitor) !== 0) return false;
  switch (graph.kind[event]) {
    case EventKind.read: {
      const condition =
        (graph.flags[event]! & EventFlag.mayStick) !== 0 ? null : graph.condition[event]!;
      for (
        let later = graph.next(graph.readsFrom[event]!);
        later !== none;
        later = graph.coherenceNext[later]!
      ) {
        if (!isPrevious(graph, later, event, write)) continue;
        if (condition === null) return false;
        if (!condition(graph.value[later])) continue;
        if (graph.update[event] === 0) return false;
        const taker = graph.updateOf(later);
        if (taker === none || !isPrevious(graph, taker, event, write)) return false;
      }
      return true;
    }
    case EventKind.write:
      for (
        let later = graph.coherenceNext[event]!;
        later !== none;
        later = graph.coherenceNext[later]!
      ) {
        if (isPrevious(graph, later, event, write)) return false;
      }
      return true;
    case EventKind.choice:
      return graph.value[event] === 0;
    default:
      return true;
  }
}

function isPrevious(graph: ExecutionGraph, other: number, event: number, write: number): boolean {
  return other !== write && (other <= event || graph.inPrefix(other, write));
}
