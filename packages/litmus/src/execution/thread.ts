import { type EventKind, type Tag } from '@pagerace/memory-models/reference';

import { anyValue, constant, type Tainted, unionOf, type Value } from '../value.js';

/** One event of a thread, before it is known what a read reads from. */
export interface ThreadEvent {
  readonly kind: EventKind;
  readonly location?: string;
  /** What is read or written; of a read on which nothing depends it is left open. */
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

/** The value of a read, by number, that its run leaves open. */
export interface OpenRead {
  readonly read: number;
}

/** A thread, from its beginning to its end under one choice of what decides about its way and its writes. */
export interface ThreadRun {
  readonly events: readonly ThreadEvent[];
  /** What its registers hold at the end; one that was never written is not among them. */
  readonly registers: ReadonlyMap<string, Value | OpenRead>;
}

/** The code of one thread: told what its reads return, it says what it does, and what its registers hold. */
export type ThreadProgram = (memory: ThreadMemory) => ReadonlyMap<string, Tainted>;

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
  /** Of each value that a read returned, the read. */
  readonly #readOf = new Map<Tainted, number>();

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

  /**
   * A read. What it returns is chosen once something depends on it: a way, an address, a value written. A
   * loop that polls a variable has a run for each number of rounds, not one for each sequence of values.
   */
  read(address: Tainted, tags: readonly Tag[], kind: EventKind = 'read'): Tainted {
    const location = locationOf(address);
    const own = this.#written.get(location)?.value;
    const event: { value?: Value } = this.#addRead(address, tags, kind);
    const { choose, possibleValues } = this;
    const returned = {
      get value(): Value {
        return (event.value ??= choose(possibleValues(location, own)));
      },
      ...this.#fromRead(location),
    };
    this.#readOf.set(returned, returned.from[0]!);
    return returned;
  }

  /** A read of which it is known what it returns. */
  readValue(address: Tainted, tags: readonly Tag[], value: Value, kind: EventKind): Tainted {
    this.#addRead(address, tags, kind).value = value;
    return { value, ...this.#fromRead(locationOf(address)) };
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

  /** What registers hold at the end of the run. */
  final(registers: ReadonlyMap<string, Tainted>): ThreadRun['registers'] {
    const final = new Map<string, Value | OpenRead>();
    for (const [name, held] of registers) {
      const read = this.#readOf.get(held);
      const isOpen = read !== undefined && this.events[read]!.value === undefined;
      final.set(name, isOpen ? { read } : held.value);
    }
    return final;
  }

  /** Makes what `run` does depend on the reads that have a part in a condition. */
  under(condition: Tainted, run: () => void): void {
    const { control } = this;
    this.control = unionOf(control, condition.from);
    run();
    this.control = control;
  }

  #addRead(address: Tainted, tags: readonly Tag[], kind: EventKind): { value?: Value } {
    const location = locationOf(address);
    return this.#add({ kind, location, tags, addr: address.from, data: [] }, address);
  }

  /** What depends on the read that was just added. */
  #fromRead(location: string): Pick<Tainted, 'from' | 'picks'> {
    const from = [this.events.length - 1];
    // What the thread itself has put there may be passed on.
    const picks = this.#written.get(location)?.picks;
    return picks ? { from, picks } : { from };
  }

  #add(
    event: Omit<ThreadEvent, 'ctrl' | 'pick'>,
    address?: Tainted,
    data: readonly number[] = [],
  ): { value?: Value } {
    const pick = { addr: address?.picks ?? [], data, ctrl: this.pickedControl };
    const added = { ...event, ctrl: this.control, pick };
    this.events.push(added);
    return added;
  }
}

/** An access to what is no location: a run of which no execution comes. */
export class WildAccess extends Error {}

function locationOf(address: Tainted): string {
  if (typeof address.value === 'string' && address.value !== anyValue) return address.value;
  throw new WildAccess(`access to address ${String(address.value)}`);
}

export const zero = constant(0);
