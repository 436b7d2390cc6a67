import { type EventKind, type Tag } from '@pagerace/memory-models';

import { anyValue, constant, type Tainted, unionOf, type Value } from '../value.js';

/** One event of a thread, before it is known what a read reads from. */
export interface ThreadEvent {
  readonly kind: EventKind;
  readonly location?: string;
  /** What is read or written. */
  readonly value?: Value;
  readonly tags: readonly Tag[];
  /** The reads of this thread, by number, on which its address, its value, its being there depend. */
  readonly addr: readonly number[];
  readonly data: readonly number[];
  readonly ctrl: readonly number[];
  /** The same for reads that pick its address, its value, the branch to it. */
  readonly pick: {
    readonly addr: readonly number[];
    readonly data: readonly number[];
    readonly ctrl: readonly number[];
  };
  /** Of the write of a read-modify-write: its read. */
  readonly rmw?: number;
}

/** A thread, from its beginning to its end under one choice of what its reads return. */
export interface ThreadRun {
  readonly events: readonly ThreadEvent[];
  /** What its registers hold at the end; one that was never written is not among them. */
  readonly registers: ReadonlyMap<string, Value>;
}

/** The code of one thread: told what its reads return, it says what it does. */
export type ThreadProgram = (memory: ThreadMemory) => ReadonlyMap<string, Value>;

/** Leaves a run that leads nowhere. */
export class CutOff extends Error {}

/** Leaves a run in which a loop goes on beyond its bound: what it would lead to is not known. */
export class LoopBound extends CutOff {}

/** What a thread's code does to memory, and which of its reads each thing depends on. */
export class ThreadMemory {
  readonly events: ThreadEvent[] = [];
  /** The reads on which the code now running depends being run at all. */
  control: readonly number[] = [];
  /** Those that pick the way to it. */
  pickedControl: readonly number[] = [];
  /** Whether anything that a read returned decided about the way. */
  hasDecided = false;
  /** Per location, what the thread has written to it last. */
  readonly #written = new Map<string, Tainted>();

  constructor(
    /** Picks one of several. */
    readonly choose: <T>(options: readonly T[]) => T,
    /** What a read may return, after what the thread itself has last written there, if it has. */
    readonly possibleValues: (location: string, own: Value | undefined) => readonly Value[],
    /** Takes both ways wherever what a read returned would decide. */
    readonly isGuessing = false,
  ) {}

  /** Whether to go a way that depends on some values. */
  decide(isTrue: boolean, ...deciding: readonly Tainted[]): boolean {
    if (deciding.every(({ from, picks }) => from.length === 0 && picks === undefined))
      return isTrue;
    this.hasDecided = true;
    return this.isGuessing ? this.choose([isTrue, !isTrue]) : isTrue;
  }

  read(address: Tainted, tags: readonly Tag[], kind: EventKind = 'read'): Tainted {
    const location = locationOf(address);
    const value = this.choose(this.possibleValues(location, this.#written.get(location)?.value));
    return this.readValue(address, tags, value, kind);
  }

  /** A read of which it is known what it returns. */
  readValue(address: Tainted, tags: readonly Tag[], value: Value, kind: EventKind): Tainted {
    const location = locationOf(address);
    const number = this.events.length;
    this.#add({ kind, location, value, tags, addr: address.from, data: [] }, address);
    // What the thread itself has put there may be passed on.
    const passedOn = this.#written.get(location)?.picks;
    return passedOn ? { value, from: [number], picks: passedOn } : { value, from: [number] };
  }

  write(
    address: Tainted,
    value: Tainted,
    tags: readonly Tag[],
    options: { readonly rmw?: Tainted; readonly kind?: EventKind } = {},
  ): void {
    const { rmw, kind = 'write' } = options;
    const location = locationOf(address);
    const event = {
      kind,
      location,
      value: value.value,
      tags,
      addr: address.from,
      data: value.from,
    };
    this.#add(rmw ? { ...event, rmw: rmw.from[0]! } : event, address, value.picks);
    this.#written.set(location, value);
  }

  fence(tag: Tag, location?: Tainted): void {
    const event = { kind: 'fence', tags: [tag], data: [] } as const;
    if (location)
      this.#add({ ...event, location: locationOf(location), addr: location.from }, location);
    else this.#add({ ...event, addr: [] });
  }

  /** What a location may hold at some time, as far as this thread can tell. */
  valuesAt(location: string): readonly Value[] {
    const own = this.events.flatMap((event) =>
      event.location === location && event.value !== undefined ? [event.value] : [],
    );
    return [...own, ...this.possibleValues(location, undefined)];
  }

  /** Makes what `run` does depend on the reads that have a part in a condition. */
  under(condition: Tainted, run: () => void): void {
    const { control } = this;
    this.control = unionOf(control, condition.from);
    run();
    this.control = control;
  }

  #add(
    event: Omit<ThreadEvent, 'ctrl' | 'pick'>,
    address?: Tainted,
    data: readonly number[] = [],
  ): void {
    const pick = { addr: address?.picks ?? [], data, ctrl: this.pickedControl };
    this.events.push({ ...event, ctrl: this.control, pick });
  }
}

/** An access to what is no location: a run of which no execution comes. */
export class WildAccess extends Error {}

function locationOf(address: Tainted): string {
  if (typeof address.value === 'string' && address.value !== anyValue) return address.value;
  throw new WildAccess(`access to address ${String(address.value)}`);
}

export const zero = constant(0);
