import { type Access, communicates } from './execution.js';

/** Accesses in the order of their cycle: two of each thread, or one that is both. */
export type Cycle = readonly Access[];

interface Edge {
  readonly from: Access;
  readonly to: Access;
}

/**
 * The critical cycles (Shasha and Snir, 1988) of an execution that no interleaving explains: from thread
 * to thread by what accesses do to a cell, and within a thread in program order. The shortest come
 * first, and among these the ones whose accesses are near each other.
 *
 * @param threads at most so many threads
 */
export function criticalCycles(accesses: readonly Access[], threads = 3): Cycle[] {
  const edges = accesses.flatMap((from) =>
    accesses.filter((to) => communicates(from, to)).map((to): Edge => ({ from, to })),
  );
  const leaving = new Map<number, Edge[]>();
  for (const edge of edges) {
    leaving.set(edge.from.thread, [...(leaving.get(edge.from.thread) ?? []), edge]);
  }
  const cycles: Cycle[] = [];
  const extend = (path: readonly Edge[]): void => {
    const first = path[0]!;
    const last = path.at(-1)!;
    for (const edge of leaving.get(last.to.thread) ?? []) {
      if (edge.from.position < last.to.position) continue;
      const next = edge.to.thread;
      if (next === first.from.thread) {
        if (edge.to.position > first.from.position) continue;
        const cycle = [...path, edge];
        if (isCritical(cycle)) cycles.push(accessesIn(cycle));
      } else if (
        // Each cycle is found from its thread with the smallest number.
        next > first.from.thread &&
        path.length + 1 < threads &&
        path.every(({ from }) => from.thread !== next)
      ) {
        extend([...path, edge]);
      }
    }
  };
  for (const edge of edges) if (edge.from.thread < edge.to.thread) extend([edge]);
  return cycles.sort((one, other) => one.length - other.length || span(one) - span(other));
}

/** Where each edge has a cell of its own; else coherence alone, or a shorter cycle, explains it. */
function isCritical(cycle: readonly Edge[]): boolean {
  return new Set(cycle.map(({ from }) => from.cell)).size === cycle.length;
}

function accessesIn(cycle: readonly Edge[]): Cycle {
  return [...new Set(cycle.flatMap(({ from, to }) => [from, to]))];
}

/** How many steps of the threads lie between the accesses of a cycle. */
function span(cycle: Cycle): number {
  const threads = new Set(cycle.map(({ thread }) => thread));
  return [...threads].reduce((sum, one) => {
    const positions = cycle.filter(({ thread }) => thread === one).map(({ position }) => position);
    return sum + Math.max(...positions) - Math.min(...positions);
  }, 0);
}
