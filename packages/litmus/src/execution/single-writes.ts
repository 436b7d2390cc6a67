import { type Value } from '../value.js';
import { CoherenceOrder } from './coherence.js';
import { type Limit } from './limit.js';
import { type ThreadEvent, type ThreadRun } from './thread.js';

/** What a run says of the order of writes, in terms of {@link SingleWrites}. */
interface Constraints {
  readonly before: readonly (readonly [number, number])[];
  readonly adjacent: readonly (readonly [number, number])[];
  readonly written: readonly number[];
}

/** What the runs chosen so far say of the order of writes. */
export interface KnownOrder {
  readonly order: CoherenceOrder;
  /** Per single write, whether a chosen run makes it. */
  readonly written: Uint8Array;
}

/**
 * The writes that are known by location and value alone, since no execution has a second one like it. Runs
 * that speak of them order them, whoever makes them; so runs can be found not to fit together before it is
 * asked which read reads from which write.
 */
export class SingleWrites {
  readonly #numbers = new Map<string, number>();
  readonly #isPossible: (key: string) => boolean;
  readonly #constraints = new Map<ThreadRun, Constraints | undefined>();
  readonly #initial: KnownOrder;

  constructor(
    runs: readonly (readonly ThreadRun[])[],
    readonly initial: ReadonlyMap<string, Value>,
    readonly limit: Limit,
  ) {
    const locations = new Set<string>();
    for (const { events } of runs.flat()) {
      for (const event of events) if (isAccess(event)) locations.add(event.location!);
    }
    const most = mostWrites(runs, initial, locations);
    this.#isPossible = (key) => (most.get(key) ?? 0) > 0;
    for (const [key, count] of most) if (count === 1) this.#numbers.set(key, this.#numbers.size);
    const order = CoherenceOrder.empty(this.#numbers.size);
    for (const location of locations) {
      const first = this.#numberOf(location, initial.get(location) ?? 0);
      if (first === undefined) continue;
      for (const [key, number] of this.#numbers) {
        limit.check();
        if (number !== first && isOf(key, location)) order.add(first, number);
      }
    }
    this.#initial = { order, written: new Uint8Array(this.#numbers.size) };
    for (const run of runs.flat()) {
      limit.check();
      this.#constraints.set(run, this.#constraintsOf(run));
    }
  }

  /** What is known before any run is chosen. */
  start(): KnownOrder {
    return this.#initial;
  }

  /** What is known with another run; undefined if it does not fit. */
  with(known: KnownOrder, run: ThreadRun): KnownOrder | undefined {
    const constraints = this.#constraints.get(run);
    if (!constraints) return undefined;
    const order = known.order.copy();
    const written = known.written.slice();
    for (const number of constraints.written) {
      if (written[number] === 1) return undefined;
      written[number] = 1;
    }
    const fits =
      constraints.before.every(([first, second]) => {
        this.limit.check();
        return order.add(first, second);
      }) &&
      constraints.adjacent.every(([first, second]) => order.addAdjacent(first, second)) &&
      order.settle();
    return fits ? { order, written } : undefined;
  }

  #numberOf(location: string, value: Value): number | undefined {
    return this.#numbers.get(keyOf(location, value));
  }

  /** What coherence says of one run's accesses to each location; undefined if it contradicts itself. */
  #constraintsOf({ events }: ThreadRun): Constraints | undefined {
    const before: [number, number][] = [];
    const adjacent: [number, number][] = [];
    const written: number[] = [];
    const last = new Map<string, number>();
    for (const [i, event] of events.entries()) {
      if (!isAccess(event) || event.value === undefined) continue;
      const location = event.location!;
      if (!this.#isPossible(keyOf(location, event.value))) return undefined;
      const number = this.#numberOf(location, event.value);
      if (number === undefined) continue;
      const previous = last.get(location);
      if (event.kind === 'write') {
        // A thread reads nothing that it is yet to write.
        if (previous === number || event.value === (this.initial.get(location) ?? 0))
          return undefined;
        written.push(number);
        const read = event.rmw === undefined ? undefined : events[event.rmw]!;
        const source = read?.value === undefined ? undefined : this.#numberOf(location, read.value);
        if (source !== undefined && !writesBetween(events, event.rmw!, i))
          adjacent.push([source, number]);
      }
      if (previous !== undefined && previous !== number) before.push([previous, number]);
      last.set(location, number);
    }
    return { before, adjacent, written };
  }
}

/** Does a thread write, between the parts of a read-modify-write, to its location? */
export function writesBetween(
  events: readonly { readonly kind: string; readonly location?: unknown }[],
  read: number,
  write: number,
): boolean {
  return events
    .slice(read + 1, write)
    .some(({ kind, location }) => kind === 'write' && location === events[read]!.location);
}

/**
 * How many writes of each value there can be at most. What a read-modify-write writes is no more frequent
 * than what it reads: no two of them read one write.
 */
function mostWrites(
  runs: readonly (readonly ThreadRun[])[],
  initial: ReadonlyMap<string, Value>,
  locations: ReadonlySet<string>,
): ReadonlyMap<string, number> {
  const plain = new Map<string, number>();
  const updates = new Map<string, Map<string, number>>();
  for (const location of locations) plain.set(keyOf(location, initial.get(location) ?? 0), 1);
  for (const ofThread of runs) {
    const mostPlain = new Map<string, number>();
    const mostUpdates = new Map<string, Map<string, number>>();
    for (const { events } of ofThread) {
      const counts = new Map<string, number>();
      const updateCounts = new Map<string, Map<string, number>>();
      for (const event of events) {
        if (event.kind !== 'write') continue;
        const key = keyOf(event.location!, event.value!);
        const read = event.rmw === undefined ? undefined : events[event.rmw]!.value;
        if (read === undefined) increase(counts, key, 1);
        else increase(child(updateCounts, key), keyOf(event.location!, read), 1);
      }
      for (const [key, count] of counts) atLeast(mostPlain, key, count);
      for (const [key, sources] of updateCounts) {
        for (const [source, count] of sources) atLeast(child(mostUpdates, key), source, count);
      }
    }
    for (const [key, count] of mostPlain) increase(plain, key, count);
    for (const [key, sources] of mostUpdates) {
      for (const [source, count] of sources) increase(child(updates, key), source, count);
    }
  }

  const keys = new Set([...plain.keys(), ...updates.keys()]);
  let most = new Map<string, number>();
  for (const key of keys) {
    const updating = [...(updates.get(key)?.values() ?? [])];
    most.set(
      key,
      updating.reduce((sum, count) => sum + count, plain.get(key) ?? 0),
    );
  }
  const impossible = outOfReach(runs, initial);
  for (const key of impossible) most.set(key, 0);
  // Each round's bounds follow from those of the round before; none is needed for them to be right.
  for (let round = 0; round < keys.size; round++) {
    const next = new Map<string, number>();
    for (const key of keys) {
      if (impossible.has(key)) {
        next.set(key, 0);
        continue;
      }
      let bound = plain.get(key) ?? 0;
      for (const [source, count] of updates.get(key) ?? []) {
        bound += Math.min(count, most.get(source) ?? 0);
      }
      next.set(key, bound);
    }
    const isSettled = [...keys].every((key) => next.get(key) === most.get(key));
    most = next;
    if (isSettled) break;
  }
  return most;
}

/**
 * The values that come about only by more writes to their location than there can be: each made of what a
 * thread has read there before, so that by coherence none is made of itself.
 */
function outOfReach(
  runs: readonly (readonly ThreadRun[])[],
  initial: ReadonlyMap<string, Value>,
): ReadonlySet<string> {
  const writes = new Map<string, number>();
  /** Per value, what writes of it are made of; each combination once. */
  const making = new Map<string, Map<string, readonly string[]>>();
  for (const ofThread of runs) {
    const most = new Map<string, number>();
    for (const { events } of ofThread) {
      const counts = new Map<string, number>();
      for (const event of events) {
        if (event.kind !== 'write') continue;
        const location = event.location!;
        increase(counts, location, 1);
        const sources = event.data
          .map((read) => events[read]!)
          .filter((read) => read.location === location && read.value !== undefined)
          .map((read) => keyOf(location, read.value!));
        child(making, keyOf(location, event.value!)).set(sources.join(), sources);
      }
      for (const [location, count] of counts) atLeast(most, location, count);
    }
    for (const [location, count] of most) increase(writes, location, count);
  }
  const locationOf = (key: string): string => key.slice(0, key.indexOf(' '));
  const isInitial = (key: string): boolean =>
    key === keyOf(locationOf(key), initial.get(locationOf(key)) ?? 0);
  // How many writes, itself among them, each value takes at least.
  const taken = new Map<string, number>();
  const takenBy = (key: string): number => (isInitial(key) ? 0 : (taken.get(key) ?? Infinity));
  for (let isGrowing = true; isGrowing;) {
    isGrowing = false;
    for (const [key, ways] of making) {
      for (const sources of ways.values()) {
        const least = 1 + Math.max(0, ...sources.map(takenBy));
        if (least >= takenBy(key)) continue;
        taken.set(key, least);
        isGrowing = true;
      }
    }
  }
  return new Set([...making.keys()].filter((key) => takenBy(key) > writes.get(locationOf(key))!));
}

function isAccess({ kind }: ThreadEvent): boolean {
  return kind === 'read' || kind === 'write';
}

/** No name of a location has a space in it. */
function keyOf(location: string, value: Value): string {
  return `${location} ${typeof value === 'number' ? '' : '&'}${String(value)}`;
}

function isOf(key: string, location: string): boolean {
  return key.startsWith(`${location} `);
}

function increase(counts: Map<string, number>, key: string, by: number): void {
  counts.set(key, (counts.get(key) ?? 0) + by);
}

function atLeast(counts: Map<string, number>, key: string, count: number): void {
  counts.set(key, Math.max(counts.get(key) ?? 0, count));
}

function child<T>(maps: Map<string, Map<string, T>>, key: string): Map<string, T> {
  let map = maps.get(key);
  if (!map) maps.set(key, (map = new Map<string, T>()));
  return map;
}
