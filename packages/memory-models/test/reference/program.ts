import {
  CandidateExecution,
  type Event,
  type EventKind,
  EventStructure,
  initialThread,
  Relation,
  type Tag,
} from '../../src/index.js';

/** A step of a test's thread: one event, with the value by which a read finds what it reads. */
export interface Step {
  readonly kind: EventKind;
  readonly location?: string;
  readonly value?: number;
  readonly tags: readonly Tag[];
  /** It is the write of a read-modify-write whose read is the step before it. */
  readonly updates?: boolean;
  readonly dependsOn?: { readonly kind: 'addr' | 'data' | 'ctrl'; readonly step: Step };
}

export function read(location: string, value: number, ...tags: readonly Tag[]): Step {
  return { kind: 'read', location, value, tags };
}

export function write(location: string, value: number, ...tags: readonly Tag[]): Step {
  return { kind: 'write', location, value, tags };
}

export function fence(tag: Tag, location?: string): Step {
  return { kind: 'fence', tags: [tag], ...(location === undefined ? {} : { location }) };
}

export function update(
  location: string,
  [from, to]: readonly [from: number, to: number],
  readTags: readonly Tag[],
  writeTags: readonly Tag[] = readTags,
): Step[] {
  return [
    read(location, from, ...readTags),
    { ...write(location, to, ...writeTags), updates: true },
  ];
}

/** spin_lock(), of all the lock's sections the `turn`-th, from 1. */
export function lock(location: string, turn: number): Step[] {
  return [
    { kind: 'LKR', location, value: 2 * turn - 2, tags: [] },
    { kind: 'LKW', location, value: 2 * turn - 1, tags: [] },
  ];
}

export function unlock(location: string, turn: number): Step {
  return { kind: 'UL', location, value: 2 * turn, tags: [] };
}

export function dependent(kind: 'addr' | 'data' | 'ctrl', step: Step, dependentStep: Step): Step {
  return { ...dependentStep, dependsOn: { kind, step } };
}

/** The steps of a thread; those of a lock or an update come several at once. */
export type Thread = readonly (Step | readonly Step[])[];

/**
 * The execution in which each read sees the write of its value, 0 initially, and each location's writes
 * come in the order of their values.
 */
export function execution(...threads: readonly Thread[]): CandidateExecution {
  const flat = threads.map((thread) => thread.flatMap((step) => step));
  const names = [...new Set(flat.flat().flatMap(({ location }) => location ?? []))];
  const events: Event[] = names.map((_, location) => ({
    thread: initialThread,
    kind: 'write',
    location,
    tags: [],
  }));
  const values: (number | undefined)[] = names.map(() => 0);
  const eventOf = new Map<Step, number>();
  const pairs = { addr: [] as Pair[], data: [] as Pair[], ctrl: [] as Pair[], rmw: [] as Pair[] };
  flat.forEach((steps, thread) => {
    steps.forEach((step, i) => {
      const { kind, location, value, tags, updates, dependsOn } = step;
      const event =
        events.push({
          thread,
          kind,
          tags,
          ...(location === undefined ? {} : { location: names.indexOf(location) }),
        }) - 1;
      values.push(value);
      eventOf.set(step, event);
      if (updates) pairs.rmw.push([event - 1, event]);
      if (!dependsOn) return;
      const from = eventOf.get(dependsOn.step)!;
      const until = dependsOn.kind === 'ctrl' ? event + steps.length - i - 1 : event;
      for (let to = event; to <= until; to++) pairs[dependsOn.kind].push([from, to]);
    });
  });

  const isRead = ({ kind }: Event): boolean => ['read', 'LKR', 'LF', 'RU'].includes(kind);
  const isWrite = ({ kind }: Event): boolean => ['write', 'LKW', 'UL'].includes(kind);
  const rf: Pair[] = [];
  const co: Pair[] = [];
  events.forEach((event, a) => {
    if (!isWrite(event)) return;
    events.forEach((other, b) => {
      if (other.location !== event.location) return;
      if (isRead(other) && values[a] === values[b]) rf.push([a, b]);
      if (isWrite(other) && values[a]! < values[b]!) co.push([a, b]);
    });
  });
  const relation = (some: readonly Pair[]): Relation => Relation.of(events.length, some);
  const structure = new EventStructure({
    events,
    addr: relation(pairs.addr),
    data: relation(pairs.data),
    ctrl: relation(pairs.ctrl),
    rmw: relation(pairs.rmw),
  });
  return new CandidateExecution(structure, { rf: relation(rf), co: relation(co) });
}

type Pair = readonly [number, number];
