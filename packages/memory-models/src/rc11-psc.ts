import {
  EventKind,
  type ExecutionGraph,
  Fence,
  initialWrite,
  none,
  Order,
  readOrder,
  type Synchronization,
} from '@pagerace/explorer';

/**
 * RC11's axiom SC: psc = psc_base ∪ psc_F is acyclic.
 *
 *     scb      = sb ∪ sb|≠loc ; hb ; sb|≠loc ∪ hb|loc ∪ mo ∪ rb
 *     psc_base = ([E_sc] ∪ [F_sc] ; hb?) ; scb ; ([E_sc] ∪ hb? ; [F_sc])
 *     psc_F    = [F_sc] ; (hb ∪ hb ; eco ; hb) ; [F_sc]
 *
 * (Lahav et al., PLDI 2017, §3.) A graph without sequentially consistent events satisfies it.
 *
 * @param isBefore whether an event happens before another or is it
 */
export function isPartiallySequentiallyConsistent(
  graph: ExecutionGraph,
  model: Synchronization,
  isBefore: (event: number, of: number) => boolean,
): boolean {
  const events: number[] = [];
  for (let event = 0; event < graph.size; event++)
    if (isSequential(graph, model, event)) events.push(event);
  if (events.length < 2) return true;
  const n = graph.size;
  const relation = (holds: (a: number, b: number) => boolean): boolean[][] =>
    Array.from({ length: n }, (_, a) =>
      Array.from({ length: n }, (_unused, b) => a !== b && holds(a, b)),
    );
  const isFence = (event: number): boolean => graph.kind[event] === EventKind.fence;
  const location = (event: number): number => {
    const kind = graph.kind[event];
    return kind === EventKind.read || kind === EventKind.write ? graph.location[event]! : -1;
  };
  const hb = relation((a, b) => isBefore(a, b));
  const sb = relation(
    (a, b) => graph.thread[a] === graph.thread[b] && graph.index[a]! < graph.index[b]!,
  );
  const sbElsewhere = relation(
    (a, b) => sb[a]![b]! && (location(a) < 0 || location(a) !== location(b)),
  );
  const { eco, moOrRb } = communication(graph);
  const scb = union(
    union(sb, compose(compose(sbElsewhere, hb), sbElsewhere)),
    union(
      relation((a, b) => hb[a]![b]! && location(a) >= 0 && location(a) === location(b)),
      moOrRb,
    ),
  );
  const hbEcoHb = compose(compose(hb, eco), hb);
  const fromFence = (a: number, b: number): boolean => a === b || (isFence(a) && hb[a]![b]!);
  const toFence = (a: number, b: number): boolean => a === b || (isFence(b) && hb[a]![b]!);
  const psc = new Map<number, number[]>();
  for (const a of events) {
    const successors: number[] = [];
    for (const b of events) {
      if (isFence(a) && isFence(b) && (hb[a]![b]! || hbEcoHb[a]![b]!)) successors.push(b);
      else if (between(n, a, b, fromFence, scb, toFence)) successors.push(b);
    }
    psc.set(a, successors);
  }
  return isAcyclic(psc);
}

function isSequential(graph: ExecutionGraph, model: Synchronization, event: number): boolean {
  const kind = graph.kind[event];
  if (kind === EventKind.fence) return graph.location[event] === Fence.full;
  if (kind === EventKind.read) return readOrder(graph, event, model) === Order.full;
  return kind === EventKind.write && graph.order[event] === Order.full;
}

function between(
  n: number,
  a: number,
  b: number,
  first: (a: number, b: number) => boolean,
  middle: boolean[][],
  last: (a: number, b: number) => boolean,
): boolean {
  for (let c = 0; c < n; c++) {
    if (!first(a, c)) continue;
    for (let d = 0; d < n; d++) if (middle[c]![d]! && last(d, b)) return true;
  }
  return false;
}

/** eco = (rf ∪ mo ∪ rb)⁺, and mo ∪ rb. */
function communication(graph: ExecutionGraph): { eco: boolean[][]; moOrRb: boolean[][] } {
  const n = graph.size;
  const empty = (): boolean[][] =>
    Array.from({ length: n }, () => Array.from({ length: n }, () => false));
  const eco = empty();
  const moOrRb = empty();
  for (let location = 0; location < graph.locations; location++) {
    const earlier: number[] = [];
    for (let write = initialWrite(location); write !== none; write = graph.next(write)) {
      if (write >= 0) {
        for (const event of earlier) eco[event]![write] = moOrRb[event]![write] = event !== write;
      }
      const readers: number[] = [];
      for (let read = graph.readers(write); read !== none; read = graph.nextReader[read]!) {
        readers.push(read);
        if (write >= 0) eco[write]![read] = true;
        for (const event of earlier) eco[event]![read] = event !== read;
      }
      if (write >= 0) earlier.push(write);
      earlier.push(...readers);
    }
  }
  return { eco, moOrRb };
}

function compose(first: boolean[][], second: boolean[][]): boolean[][] {
  return first.map((row) => {
    const result = row.map(() => false);
    row.forEach((holds, c) => {
      if (holds) second[c]!.forEach((follows, b) => (result[b] ||= follows));
    });
    return result;
  });
}

function union(first: boolean[][], second: boolean[][]): boolean[][] {
  return first.map((row, a) => row.map((holds, b) => holds || second[a]![b]!));
}

function isAcyclic(graph: ReadonlyMap<number, readonly number[]>): boolean {
  const state = new Map<number, 'open' | 'done'>();
  const visit = (node: number): boolean => {
    if (state.get(node) !== undefined) return state.get(node) === 'done';
    state.set(node, 'open');
    if (!graph.get(node)!.every(visit)) return false;
    state.set(node, 'done');
    return true;
  };
  return [...graph.keys()].every(visit);
}
