import {
  type Event,
  EventStructure,
  initialThread,
  Relation,
} from '@pagerace/memory-models/reference';

import { type Value } from '../value.js';
import { type ThreadRun } from './thread.js';

/** One run of each thread put together: what a memory model is asked about, but for rf and co. */
export interface Combination {
  readonly runs: readonly ThreadRun[];
  readonly structure: EventStructure;
  /** Locations by their number. */
  readonly locations: readonly string[];
  /** Of each thread, the number of its first event. */
  readonly firstEvents: readonly number[];
  /** Per event; undefined of a fence, and of a read whose value its run leaves open. */
  readonly values: readonly (Value | undefined)[];
  /** Per read, the write that it is one with; undefined for others. */
  readonly rmwWrite: readonly (number | undefined)[];
}

/** How an event is named to a reader: `R[once] x = 1`. */
export function eventText({ structure, locations, values }: Combination, event: number): string {
  const { kind, tags, location } = structure.events[event]!;
  const letters = { read: 'R', write: 'W', fence: 'F' } as const;
  const letter = kind === 'read' || kind === 'write' || kind === 'fence' ? letters[kind] : kind;
  const annotation = tags.length > 0 ? `[${tags.join(',').toLowerCase()}]` : '';
  const target = location === undefined ? '' : ` ${locations[location]!}`;
  const value = values[event];
  return `${letter}${annotation}${target}${value === undefined ? '' : ` = ${String(value)}`}`;
}

/** What runs that differ in values alone have in common. */
type Shape = Pick<Combination, 'structure' | 'locations' | 'firstEvents' | 'rmwWrite'>;

/** Puts runs together; runs that differ in values alone share their structure, and what is derived from it. */
export class Combinations {
  readonly #shapes = new Map<string, Shape>();
  readonly #shapeOfRun = new Map<ThreadRun, number>();
  readonly #shapeNumbers = new Map<string, number>();

  constructor(readonly initial: ReadonlyMap<string, Value>) {}

  of(runs: readonly ThreadRun[]): Combination {
    const key = runs.map((run) => this.#shapeNumber(run)).join();
    let shape = this.#shapes.get(key);
    if (!shape) this.#shapes.set(key, (shape = shapeOf(runs, this.initial)));
    const values = [
      ...shape.locations.map((location) => this.initial.get(location) ?? 0),
      ...runs.flatMap(({ events }) => events.map(({ value }) => value)),
    ];
    return { runs, ...shape, values };
  }

  #shapeNumber(run: ThreadRun): number {
    let number = this.#shapeOfRun.get(run);
    if (number === undefined) {
      const text = JSON.stringify(run.events, (name, value: unknown) =>
        name === 'value' ? undefined : value,
      );
      number = this.#shapeNumbers.get(text) ?? this.#shapeNumbers.size;
      this.#shapeNumbers.set(text, number);
      this.#shapeOfRun.set(run, number);
    }
    return number;
  }
}

function shapeOf(runs: readonly ThreadRun[], initial: ReadonlyMap<string, Value>): Shape {
  const numbers = new Map<string, number>();
  for (const location of initial.keys()) numbers.set(location, numbers.size);
  for (const { events } of runs) {
    for (const { location } of events) {
      if (location !== undefined && !numbers.has(location)) numbers.set(location, numbers.size);
    }
  }
  const locations = [...numbers.keys()];
  const events: Event[] = locations.map((_, location) => ({
    thread: initialThread,
    kind: 'write',
    location,
    tags: [],
  }));
  const dependencies = ['addr', 'data', 'ctrl'] as const;
  const none = (): [number, number][] => [];
  const pairs = { addr: none(), data: none(), ctrl: none(), rmw: none() };
  const picks = { addr: none(), data: none(), ctrl: none() };
  const rmwWrite: (number | undefined)[] = [];
  const firstEvents: number[] = [];
  runs.forEach((run, thread) => {
    const first = events.length;
    firstEvents.push(first);
    run.events.forEach((own, i) => {
      const { kind, tags } = own;
      const location = own.location === undefined ? {} : { location: numbers.get(own.location)! };
      events.push({ thread, kind, tags, ...location });
      for (const name of dependencies) {
        for (const read of own[name]) pairs[name].push([first + read, first + i]);
        for (const read of own.pick[name]) picks[name].push([first + read, first + i]);
      }
      if (own.rmw === undefined) return;
      rmwWrite[first + own.rmw] = first + i;
      if (own.kind === 'write') pairs.rmw.push([first + own.rmw, first + i]);
    });
  });
  const size = events.length;
  const relation = (of: readonly [number, number][]): Relation => Relation.of(size, of);
  const structure = new EventStructure({
    events,
    addr: relation(pairs.addr),
    data: relation(pairs.data),
    ctrl: relation(pairs.ctrl),
    pick: { addr: relation(picks.addr), data: relation(picks.data), ctrl: relation(picks.ctrl) },
    rmw: relation(pairs.rmw),
  });
  return { structure, locations, firstEvents, rmwWrite };
}
