import { EventFlag, EventKind, type ExecutionGraph, initialWrite, none } from './graph.js';
import { readOrder, type Synchronization } from './memory-model.js';
import { acquires, isAcquireFence, isReleaseFence, Order, releases } from './order.js';

/** Two accesses of one location that nothing orders, at least one of them plain and one a write. */
export interface DataRace {
  readonly first: number;
  readonly second: number;
}

/**
 * The first data race of a graph, if it has one.
 *
 * Happens-before is program order together with synchronisation, as C11 has it: a read that acquires
 * happens after the write that it reads from if that write, or the one that begins the release
 * sequence it belongs to, releases. Read-modify-writes continue a release sequence; whether later writes of
 * its thread do, and whether a compare-exchange that fails acquires, the model says. A fence lends its strength to the accesses around it. A
 * thread's start happens after whatever started it, a join after the joined thread's end. That an
 * address or a value depends on a read orders nothing here: mark such accesses.
 */
export function findDataRace(graph: ExecutionGraph, model: Synchronization): DataRace | undefined {
  let clocks: Int32Array | undefined;
  for (let location = 0; location < graph.locations; location++) {
    if (!mayRace(graph, location)) continue;
    clocks ??= happensBefore(graph, model);
    const accesses = accessesOf(graph, location);
    for (let i = 0; i < accesses.length; i++) {
      for (let j = 0; j < i; j++) {
        const [a, b] = [accesses[j]!, accesses[i]!];
        if (graph.thread[a] === graph.thread[b]) continue;
        if (graph.kind[a] !== EventKind.write && graph.kind[b] !== EventKind.write) continue;
        if (graph.order[a] !== Order.plain && graph.order[b] !== Order.plain) continue;
        if (!before(graph, clocks, a, b) && !before(graph, clocks, b, a)) {
          return { first: a, second: b };
        }
      }
    }
  }
  return undefined;
}

/** Whether a location is written, plainly accessed, and accessed by more than one thread. */
function mayRace(graph: ExecutionGraph, location: number): boolean {
  if (graph.coherenceFirst[location] === none) return false;
  const thread = graph.thread[graph.coherenceFirst[location]!]!;
  let shared = false;
  let plain = false;
  for (let write = initialWrite(location); write !== none; write = graph.next(write)) {
    if (write >= 0) {
      shared ||= graph.thread[write] !== thread;
      plain ||= graph.order[write] === Order.plain;
    }
    for (let read = graph.readers(write); read !== none; read = graph.nextReader[read]!) {
      shared ||= graph.thread[read] !== thread;
      plain ||= graph.order[read] === Order.plain;
    }
  }
  return shared && plain;
}

function accessesOf(graph: ExecutionGraph, location: number): number[] {
  const accesses: number[] = [];
  for (let write = initialWrite(location); write !== none; write = graph.next(write)) {
    if (write >= 0) accesses.push(write);
    for (let read = graph.readers(write); read !== none; read = graph.nextReader[read]!) {
      // A wait that never ends is a deadlock, and no step of the execution that could race.
      if (graph.stuckAt(graph.thread[read]!) !== read) accesses.push(read);
    }
  }
  // The same for every order in which the graph came to be: a replay must find the same race.
  accesses.sort((a, b) => graph.thread[a]! - graph.thread[b]! || graph.index[a]! - graph.index[b]!);
  return accesses;
}

function before(graph: ExecutionGraph, clocks: Int32Array, a: number, b: number): boolean {
  return clocks[b * graph.threadLimit + graph.thread[a]!]! > graph.index[a]!;
}

/** Per event, how many events of each thread happen before it or are it. */
function happensBefore(graph: ExecutionGraph, model: Synchronization): Int32Array {
  const width = graph.threadLimit;
  const clocks = new Int32Array(graph.size * width);
  /** What a read of this write acquires. */
  const released = new Int32Array(graph.size * width);
  /** Of a write: what the release sequences release that it is in by program order. */
  const sequences = new Int32Array(graph.size * width);
  const now = new Int32Array(width * width);
  /** Per thread, what its newest release fence releases, and what an acquire fence would acquire. */
  const atReleaseFence = new Int32Array(width * width);
  const untilAcquireFence = new Int32Array(width * width);
  const position = new Int32Array(width);
  const done = (event: number): boolean =>
    event < 0 || position[graph.thread[event]!]! > graph.index[event]!;

  const join = (to: Int32Array, toRow: number, from: Int32Array, fromRow: number): void => {
    for (let t = 0; t < width; t++) {
      const count = from[fromRow * width + t]!;
      if (count > to[toRow * width + t]!) to[toRow * width + t] = count;
    }
  };

  const canCome = (event: number): boolean => {
    const thread = graph.thread[event]!;
    if (
      graph.index[event] === 0 &&
      graph.spawnedBy[thread] !== none &&
      !done(graph.spawnedBy[thread]!)
    )
      return false;
    if (graph.kind[event] === EventKind.read) return done(graph.readsFrom[event]!);
    if (graph.kind[event] === EventKind.join) {
      return position[graph.location[event]!] === graph.threadLength[graph.location[event]!];
    }
    return true;
  };

  const come = (event: number): void => {
    const thread = graph.thread[event]!;
    if (graph.index[event] === 0 && graph.spawnedBy[thread] !== none)
      join(now, thread, clocks, graph.spawnedBy[thread]!);
    now[thread * width + thread] = graph.index[event]! + 1;
    const kind = graph.kind[event]!;
    if (kind === EventKind.read && graph.readsFrom[event]! >= 0) {
      join(
        acquires(readOrder(graph, event, model)) ? now : untilAcquireFence,
        thread,
        released,
        graph.readsFrom[event]!,
      );
    } else if (kind === EventKind.fence) {
      if (isAcquireFence(graph.location[event]!)) join(now, thread, untilAcquireFence, thread);
      if (isReleaseFence(graph.location[event]!)) join(atReleaseFence, thread, now, thread);
    } else if (kind === EventKind.join) {
      join(now, thread, clocks, graph.lastOf(graph.location[event]!));
    } else if (kind === EventKind.write) {
      join(sequences, event, releases(graph.order[event]!) ? now : atReleaseFence, thread);
      const earlier = model.ownWritesContinue === true ? graph.ownWriteBefore(event) : none;
      if (earlier !== none) join(sequences, event, sequences, earlier);
      join(released, event, sequences, event);
      if ((graph.flags[event]! & EventFlag.update) !== 0) {
        const source = graph.coherencePrevious[event]!;
        if (source >= 0) join(released, event, released, source);
      }
    }
    join(clocks, event, now, thread);
  };

  for (let progress = true; progress;) {
    progress = false;
    for (let t = 0; t < width; t++) {
      if (graph.started[t] === 0) continue;
      while (position[t]! < graph.threadLength[t]! && canCome(graph.at(t, position[t]!))) {
        come(graph.at(t, position[t]!));
        position[t]!++;
        progress = true;
      }
    }
  }
  return clocks;
}
