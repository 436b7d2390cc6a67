import { type Event, EventStructure, initialThread, Relation } from '@pagerace/memory-models';

import { type Value } from '../value.js';
import { type ThreadRun } from './thread.js';

/** One run of each thread put together: what a memory model is asked about, but for rf and co. */
export interface Combination {
  readonly runs: readonly ThreadRun[];
  readonly structure: EventStructure;
  /** Locations by their number. */
  readonly locations: readonly string[];
  /** Per event. */
  readonly values: readonly (Value | undefined)[];
  /** Per read, the write that it is one with; undefined for others. */
  readonly rmwWrite: readonly (number | undefined)[];
}

/** How an event is named to a reader: `R[once] x = 1`. */
function labelOf(
  event: Omit<Event, 'label'>,
  location: string | undefined,
  value: Value | undefined,
): string {
  const letters = { read: 'R', write: 'W', fence: 'F' } as const;
  const { kind } = event;
  const letter = kind === 'read' || kind === 'write' || kind === 'fence' ? letters[kind] : kind;
  const tags = event.tags.length > 0 ? `[${event.tags.join(',').toLowerCase()}]` : '';
  const target = location === undefined ? '' : ` ${location}`;
  return `${letter}${tags}${target}${value === undefined ? '' : ` = ${String(value)}`}`;
}

export function combine(
  runs: readonly ThreadRun[],
  initial: ReadonlyMap<string, Value>,
): Combination {
  const numbers = new Map<string, number>();
  for (const location of initial.keys()) numbers.set(location, numbers.size);
  for (const { events } of runs) {
    for (const { location } of events) {
      if (location !== undefined && !numbers.has(location)) numbers.set(location, numbers.size);
    }
  }
  const locations = [...numbers.keys()];
  const events: Event[] = [];
  const values: (Value | undefined)[] = [];
  for (const [number, location] of locations.entries()) {
    const value = initial.get(location) ?? 0;
    const event = { thread: initialThread, kind: 'write', location: number, tags: [] } as const;
    events.push({ ...event, label: labelOf(event, location, value) });
    values.push(value);
  }
  const pairs = { addr: [], data: [], ctrl: [], rmw: [] } as Record<
    'addr' | 'data' | 'ctrl' | 'rmw',
    [number, number][]
  >;
  const rmwWrite: (number | undefined)[] = [];
  runs.forEach((run, thread) => {
    const first = events.length;
    run.events.forEach((own, i) => {
      const base = {
        thread,
        kind: own.kind,
        tags: own.tags,
        ...(own.location !== undefined && { location: numbers.get(own.location)! }),
      };
      events.push({ ...base, label: labelOf(base, own.location, own.value) });
      values.push(own.value);
      for (const name of ['addr', 'data', 'ctrl'] as const) {
        for (const read of own[name]) pairs[name].push([first + read, first + i]);
      }
      if (own.rmw === undefined) return;
      rmwWrite[first + own.rmw] = first + i;
      if (own.kind === 'write') pairs.rmw.push([first + own.rmw, first + i]);
    });
  });
  const size = events.length;
  const structure = new EventStructure({
    events,
    addr: Relation.of(size, pairs.addr),
    data: Relation.of(size, pairs.data),
    ctrl: Relation.of(size, pairs.ctrl),
    rmw: Relation.of(size, pairs.rmw),
  });
  return { runs, structure, locations, values, rmwWrite };
}
