import { EventKind, type ExecutionGraph, initialWrite, none } from './graph.js';

/**
 * Copies what a backward revisit keeps into an empty graph: everything that was added before the read,
 * and the prefix of the write.
 *
 * @param size how many events of the old graph count
 * @param revisited the read, which is to have another source, or `none` if it goes too
 * @param withHalf whether the read will be an update: its write half gets the place after it
 * @param renumbering filled in with the new number of each old event, or `none`
 * @returns how many events were copied
 */
export function keepForRevisit(
  old: ExecutionGraph,
  graph: ExecutionGraph,
  read: number,
  write: number,
  size: number,
  revisited: number,
  withHalf: boolean,
  renumbering: Int32Array,
): number {
  graph.reserve(size + 2);
  let kept = 0;
  for (let event = 0; event < size; event++) {
    if (
      event === write ||
      (event === read && revisited === none) ||
      (event > read && !old.inPrefix(event, write))
    ) {
      renumbering[event] = none;
      continue;
    }
    renumbering[event] = kept;
    graph.copyEvent(kept, old, event);
    if (old.kind[event] === EventKind.spawn) {
      graph.started[old.location[event]!] = 1;
      graph.spawnedBy[old.location[event]!] = kept;
    }
    kept++;
    if (event === read && withHalf) {
      graph.stageHalf(kept, kept - 1);
      const index = (graph.index[kept] = old.index[read]! + 1);
      graph.threadEvents[old.thread[read]!]![index] = kept;
      graph.threadLength[old.thread[read]!] = index + 1;
      kept++;
    }
  }
  for (let location = 0; location < old.locations; location++) {
    let last = initialWrite(location);
    for (let w = old.coherenceFirst[location]!; w !== none; w = old.coherenceNext[w]!) {
      const now = renumbering[w]!;
      if (w === write || now === none) continue;
      graph.linkWrite(now, last);
      last = now;
    }
  }
  for (let event = 0; event < size; event++) {
    const now = renumbering[event]!;
    if (now === none || event === read || old.kind[event] !== EventKind.read) continue;
    const source = old.readsFrom[event]!;
    const from = source < 0 ? source : renumbering[source]!;
    graph.readsFrom[now] = from;
    if (from < 0) {
      graph.nextReader[now] = graph.initialReader[initialWrite(from)]!;
      graph.initialReader[initialWrite(from)] = now;
    } else {
      graph.nextReader[now] = graph.firstReader[from]!;
      graph.firstReader[from] = now;
    }
  }
  return kept;
}
