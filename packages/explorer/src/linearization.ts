import { EventFlag, EventKind, type ExecutionGraph, none } from './graph.js';

/**
 * One order in which an execution can be told: step by step, each step an operation of one thread.
 *
 * Where no memory reordering is at work every read sees the newest write before it. A step that does
 * not is a deviation: a read of an older write, or a write that goes under one that is already there.
 */
export interface Linearization {
  /** The thread of each step, in order; a read-modify-write is one step. */
  readonly threads: readonly number[];
  /** What differs from the newest: `by` writes older, under `by` newer writes, or the choice taken. */
  readonly deviations: readonly Deviation[];
  /** How often the telling goes from one thread to another. */
  readonly switches: number;
  /** The steps that no interleaving of the threads can explain. */
  readonly weakSteps: number;
}

export interface Deviation {
  readonly step: number;
  readonly by: number;
}

/** Costs in the order in which they matter: weak steps, then switches, then length. */
const weakCost = 1 << 20;
const switchCost = 1 << 10;

const stateLimit = 200_000;

interface State {
  readonly positions: Int32Array;
  readonly last: number;
  readonly cost: number;
  readonly parent: State | null;
  readonly deviation: number;
}

/**
 * The order with the fewest weak steps, then the fewest context switches, then the fewest steps.
 *
 * @param until the event before which the telling may stop (a violation), or `none` for the end
 * @param most gives up, with `undefined`, where no order costs less than this linearization
 */
export function linearize(
  graph: ExecutionGraph,
  until: number,
  most?: Linearization,
): Linearization | undefined {
  const limit =
    most === undefined
      ? Infinity
      : most.weakSteps * weakCost + most.switches * switchCost + most.threads.length;
  return (
    search(graph, until, limit, false) ??
    (most === undefined ? search(graph, until, Infinity, true) : undefined)
  );
}

/** The number of operations of a thread that belong to the telling. */
function length(graph: ExecutionGraph, thread: number): number {
  const events = graph.threadLength[thread]!;
  return graph.ended(thread) || graph.stuckAt(thread) !== none ? events - 1 : events;
}

/**
 * A* over how far each thread has come: what is left costs at least a step for each operation that
 * has to be told, and a switch for each other thread that has one. Greedy, it only ever follows the
 * cheapest continuation, for graphs with too many states.
 */
function search(
  graph: ExecutionGraph,
  until: number,
  limit: number,
  greedy: boolean,
): Linearization | undefined {
  const threads = graph.threadLimit;
  const target = targetOf(graph, until);
  const left = Array.from(target, (end, t) => stepsLeft(graph, t, end));
  const atLeast = (positions: Int32Array, last: number): number => {
    let steps = 0;
    let others = 0;
    for (let t = 0; t < threads; t++) {
      if (positions[t]! >= target[t]!) continue;
      steps += left[t]![positions[t]!]!;
      if (t !== last) others++;
    }
    return steps + switchCost * (last < 0 ? Math.max(0, others - 1) : others);
  };

  let buckets = new Map<number, State[]>();
  let costs: number[] = [];
  const add = (state: State): void => {
    const cost = state.cost + atLeast(state.positions, state.last);
    const found = buckets.get(cost);
    if (found === undefined) {
      buckets.set(cost, [state]);
      costs.push(cost);
    } else found.push(state);
  };
  add({ positions: new Int32Array(threads), last: -1, cost: 0, parent: null, deviation: 0 });
  const seen = new Set<string>();
  let states = 0;
  let before = 0;
  while (costs.length > 0) {
    costs.sort((a, b) => b - a);
    const cost = costs[costs.length - 1]!;
    if (cost >= limit) return undefined;
    const bucket = buckets.get(cost)!;
    // Where one more weak step is needed after all, the first place for it is tried first.
    if (Math.floor(cost / weakCost) > Math.floor(before / weakCost)) bucket.reverse();
    before = cost;
    const state = bucket.pop()!;
    if (bucket.length === 0) {
      buckets.delete(cost);
      costs.pop();
    }
    const key = `${String(state.last)},${state.positions.join()}`;
    if (seen.has(key)) continue;
    seen.add(key);
    if (++states > stateLimit && !greedy) return undefined;
    if (target.every((end, t) => state.positions[t]! >= end)) return told(graph, state);
    if (greedy) {
      buckets = new Map();
      costs = [];
    }
    const { last } = state;
    // Going on costs no switch: where it is in nobody's way, nothing else needs to be tried.
    const goesOn =
      last >= 0 &&
      state.positions[last]! < target[last]! &&
      isInNobodysWay(graph, state.positions, graph.at(last, state.positions[last]!));
    // Among equals the one added last is followed: the first thread that can.
    for (let t = threads - 1; t >= 0; t--) {
      if (goesOn && t !== last) continue;
      const position = state.positions[t]!;
      if (graph.started[t] === 0 || position >= length(graph, t)) continue;
      const event = graph.at(t, position);
      const deviation = deviationOf(graph, state.positions, event);
      if (deviation < 0) continue;
      const weak = graph.kind[event] === EventKind.choice ? 0 : deviation === 0 ? 0 : weakCost;
      const positions = state.positions.slice();
      positions[t] = position + width(graph, event);
      add({
        positions,
        last: t,
        cost: state.cost + 1 + weak + (state.last === t || state.last < 0 ? 0 : switchCost),
        parent: state,
        deviation,
      });
    }
  }
  return undefined;
}

/** How far each thread must have come: to its end, or past what happened before the violation. */
function targetOf(graph: ExecutionGraph, until: number): Int32Array {
  const threads = graph.threadLimit;
  if (until === none)
    return Int32Array.from({ length: threads }, (_, t) =>
      graph.started[t] === 1 ? length(graph, t) : 0,
    );
  const target = graph.clock
    .subarray(until * threads, (until + 1) * threads)
    .map((events, t) => Math.min(events, length(graph, t)));
  target[graph.thread[until]!] = graph.index[until]!;
  return target;
}

/** For each position of a thread how many steps it takes from there to `end`. */
function stepsLeft(graph: ExecutionGraph, thread: number, end: number): Int32Array {
  const left = new Int32Array(end);
  for (let steps = 0, at = end - 1; at >= 0; at--) {
    const event = graph.at(thread, at);
    // The write of a read-modify-write is told with its read.
    const isSecondHalf =
      graph.kind[event] === EventKind.write && (graph.flags[event]! & EventFlag.update) !== 0;
    left[at] = isSecondHalf ? steps : ++steps;
  }
  return left;
}

function width(graph: ExecutionGraph, event: number): number {
  return graph.kind[event] === EventKind.read && (graph.flags[event]! & EventFlag.update) !== 0
    ? 2
    : 1;
}

/**
 * Whether the next event of a thread can be told now as well as later: it does not deviate, and makes no
 * event that is still to be told deviate.
 */
function isInNobodysWay(graph: ExecutionGraph, positions: Int32Array, event: number): boolean {
  if (deviationOf(graph, positions, event) !== 0) return graph.kind[event] === EventKind.choice;
  const write =
    width(graph, event) === 2 ? graph.at(graph.thread[event]!, graph.index[event]! + 1) : event;
  if (graph.kind[write] !== EventKind.write) return true;
  const isTold = (other: number): boolean =>
    other < 0 || other === event || positions[graph.thread[other]!]! > graph.index[other]!;
  const previous = graph.coherencePrevious[write]!;
  if (!isTold(previous)) return false;
  for (let read = graph.readers(previous); read !== none; read = graph.nextReader[read]!) {
    if (!isTold(read)) return false;
  }
  return true;
}

/** How far the next event of a thread is from the newest; -1 if it cannot come next. */
function deviationOf(graph: ExecutionGraph, positions: Int32Array, event: number): number {
  const done = (other: number): boolean =>
    other < 0 || positions[graph.thread[other]!]! > graph.index[other]!;
  if (graph.index[event] === 0 && !startedBefore(graph, positions, graph.thread[event]!)) return -1;
  switch (graph.kind[event]) {
    case EventKind.read: {
      const source = graph.readsFrom[event]!;
      if (!done(source)) return -1;
      let newer = 0;
      for (let write = graph.next(source); write !== none; write = graph.coherenceNext[write]!) {
        if (done(write)) newer++;
      }
      return newer;
    }
    case EventKind.write: {
      let newer = 0;
      for (
        let write = graph.coherenceNext[event]!;
        write !== none;
        write = graph.coherenceNext[write]!
      ) {
        if (done(write)) newer++;
      }
      return newer;
    }
    case EventKind.join: {
      const joined = graph.location[event]!;
      return positions[joined]! >= length(graph, joined) && startedBefore(graph, positions, joined)
        ? 0
        : -1;
    }
    case EventKind.choice:
      return graph.value[event] as number;
    default:
      return 0;
  }
}

function startedBefore(graph: ExecutionGraph, positions: Int32Array, thread: number): boolean {
  const start = graph.spawnedBy[thread]!;
  return start === none || positions[graph.thread[start]!]! > graph.index[start]!;
}

function told(graph: ExecutionGraph, end: State): Linearization {
  const states: State[] = [];
  for (let state = end; state.parent !== null; state = state.parent) states.push(state);
  states.reverse();
  const deviations: Deviation[] = [];
  let switches = 0;
  let weakSteps = 0;
  states.forEach((state, step) => {
    if (step > 0 && states[step - 1]!.last !== state.last) switches++;
    if (state.deviation === 0) return;
    deviations.push({ step, by: state.deviation });
    const parent = state.parent!;
    if (graph.kind[graph.at(state.last, parent.positions[state.last]!)] !== EventKind.choice)
      weakSteps++;
  });
  return { threads: numberedAsTold(graph, states), deviations, switches, weakSteps };
}

/**
 * The thread of each step, where what starts first has the lowest number: it has the same number in a
 * replay, which knows no other execution. The exploration's own numbers are by what it came to first.
 */
function numberedAsTold(graph: ExecutionGraph, states: readonly State[]): number[] {
  const numbers = new Map<number, number>();
  for (let t = 0; t < graph.threadLimit; t++) {
    if (graph.started[t] === 1 && graph.spawnedBy[t] === none) numbers.set(t, t);
  }
  return states.map(({ last, parent }) => {
    const event = graph.at(last, parent!.positions[last]!);
    if (graph.kind[event] === EventKind.spawn) numbers.set(graph.location[event]!, numbers.size);
    return numbers.get(last)!;
  });
}

/**
 * Whether some interleaving of the threads explains the graph: whether po ∪ rf ∪ co ∪ fr is acyclic.
 */
export function isSequentiallyConsistent(graph: ExecutionGraph): boolean {
  const positions = new Int32Array(graph.threadLimit);
  const done = (event: number): boolean =>
    event < 0 || positions[graph.thread[event]!]! > graph.index[event]!;
  const canGo = (event: number): boolean => {
    const thread = graph.thread[event]!;
    if (graph.index[event] === 0 && !startedBefore(graph, positions, thread)) return false;
    switch (graph.kind[event]) {
      case EventKind.read:
        return done(graph.readsFrom[event]!);
      case EventKind.write: {
        const previous = graph.coherencePrevious[event]!;
        if (!done(previous)) return false;
        for (let read = graph.readers(previous); read !== none; read = graph.nextReader[read]!) {
          if (!done(read)) return false;
        }
        return true;
      }
      case EventKind.join:
        return positions[graph.location[event]!]! >= length(graph, graph.location[event]!);
      default:
        return true;
    }
  };
  for (let progress = true; progress;) {
    progress = false;
    for (let t = 0; t < graph.threadLimit; t++) {
      if (graph.started[t] === 0) continue;
      while (positions[t]! < length(graph, t) && canGo(graph.at(t, positions[t]!))) {
        positions[t]!++;
        progress = true;
      }
    }
  }
  for (let t = 0; t < graph.threadLimit; t++) {
    if (graph.started[t] === 1 && positions[t]! < length(graph, t)) return false;
  }
  return true;
}
