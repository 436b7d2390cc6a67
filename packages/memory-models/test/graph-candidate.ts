import {
  EventFlag,
  EventKind,
  type ExecutionGraph,
  Fence,
  initialWrite,
  none,
  Order,
} from '@pagerace/explorer';
import {
  type C11Tag,
  CandidateExecution,
  type Event,
  EventStructure,
  initialThread,
  Relation,
  type Tag,
} from '../src/index.js';

/** How a model's instructions stand for the events of a graph. */
export interface Instructions {
  /** What an access or a fence is. */
  readonly tags: (graph: ExecutionGraph, event: number) => Tag[];
  /** Fences that an access brings along: before it and after it. */
  readonly around?: (graph: ExecutionGraph, access: number) => { before?: Tag; after?: Tag };
  /** Whether the model knows spinlocks from other locations. */
  readonly locks?: boolean;
  /** Whether the model heeds dependencies. */
  readonly dependencies?: boolean;
  /** How a thread tells another that it may start, or has ended: by a write, a read, and a fence on each side. */
  readonly tells: { readonly fence?: Tag; readonly write?: Tag; readonly read?: Tag };
}

/** An execution graph of the explorer as the reference models see it. */
export function candidateOf(graph: ExecutionGraph, instructions: Instructions): CandidateExecution {
  const events: Event[] = [];
  const numbers = new Map<number, number>();
  for (let location = 0; location < graph.locations; location++) {
    numbers.set(initialWrite(location), events.length);
    events.push({ thread: initialThread, kind: 'write', location, tags: [] });
  }
  const ctrl: [number, number][] = [];
  const meetings = new Map<string, number>();
  const { fence, write, read } = instructions.tells;
  /** A thread tells that `of` starts or has ended, at a location of its own. */
  const tell = (thread: number, kind: 'write' | 'read', of: number, end: boolean): void => {
    const tag = kind === 'write' ? write : read;
    const meeting = 2 * of + (end ? 1 : 0);
    const fenceHere = (): void => {
      if (fence !== undefined) events.push({ thread, kind: 'fence', tags: [fence] });
    };
    if (kind === 'write') fenceHere();
    const location = graph.locations + meeting;
    meetings.set(`${kind} ${String(meeting)}`, events.length);
    events.push({ thread, kind, location, tags: tag === undefined ? [] : [tag] });
    if (kind === 'read') fenceHere();
  };
  for (let t = 0; t < graph.threadLimit; t++) {
    const reads: number[] = [];
    if (graph.started[t] === 1 && graph.spawnedBy[t] !== none) tell(t, 'read', t, false);
    for (let i = 0; graph.started[t] === 1 && i < graph.threadLength[t]!; i++) {
      const event = graph.at(t, i);
      const kind = graph.kind[event];
      if (kind === EventKind.spawn) tell(t, 'write', graph.location[event]!, false);
      if (kind === EventKind.join) tell(t, 'read', graph.location[event]!, true);
      if (kind === EventKind.end && graph.spawnedBy[t] !== none) tell(t, 'write', t, true);
      if (kind !== EventKind.read && kind !== EventKind.write && kind !== EventKind.fence) continue;
      const tags = instructions.tags(graph, event);
      if (kind === EventKind.fence) {
        numbers.set(event, events.length);
        events.push({ thread: t, kind: 'fence', tags });
        continue;
      }
      const { before, after } = instructions.around?.(graph, event) ?? {};
      if (before !== undefined) events.push({ thread: t, kind: 'fence', tags: [before] });
      if (kind === EventKind.write)
        ctrl.push(...reads.map((read) => [read, events.length] as [number, number]));
      else reads.push(events.length);
      numbers.set(event, events.length);
      const access = instructions.locks === true ? lockKind(graph, event) : undefined;
      const plain = kind === EventKind.read ? 'read' : 'write';
      events.push({ thread: t, kind: access ?? plain, location: graph.location[event]!, tags });
      if (after === undefined) continue;
      // An isync waits for the branch on what the read-modify-write before it has read.
      if (after === 'ISYNC') ctrl.push([reads.at(-1)!, events.length]);
      events.push({ thread: t, kind: 'fence', tags: [after] });
    }
  }
  const rf: [number, number][] = [];
  const co: [number, number][] = [];
  const rmw: [number, number][] = [];
  const addr: [number, number][] = [];
  for (const [event, number] of numbers) {
    if (event >= 0 && graph.kind[event] === EventKind.read)
      rf.push([numbers.get(graph.readsFrom[event]!)!, number]);
    if (event < 0 || graph.kind[event] === EventKind.write) {
      for (let later = graph.next(event); later !== none; later = graph.coherenceNext[later]!) {
        co.push([number, numbers.get(later)!]);
      }
    }
    if (event >= 0 && graph.kind[event] !== EventKind.fence && graph.address[event] !== none)
      addr.push([numbers.get(graph.at(graph.thread[event]!, graph.address[event]!))!, number]);
    const isHalf =
      event >= 0 &&
      graph.kind[event] === EventKind.write &&
      (graph.flags[event]! & EventFlag.update) !== 0;
    if (isHalf && !(instructions.locks === true && lockKind(graph, event) !== undefined)) {
      rmw.push([numbers.get(graph.readOf(event))!, number]);
    }
  }
  for (const [meeting, number] of meetings) {
    if (meeting.startsWith('read'))
      rf.push([meetings.get(meeting.replace('read', 'write'))!, number]);
  }
  const size = events.length;
  const structure = new EventStructure({
    events,
    rmw: Relation.of(size, rmw),
    ...(instructions.dependencies === true
      ? { ctrl: Relation.of(size, ctrl), addr: Relation.of(size, addr) }
      : {}),
  });
  return new CandidateExecution(structure, {
    rf: Relation.of(size, rf),
    co: Relation.of(size, co),
  });
}

/** What an access of a spinlock is to lock.cat. */
function lockKind(graph: ExecutionGraph, access: number): Event['kind'] | undefined {
  const flags = graph.flags[access]!;
  if ((flags & EventFlag.spinLock) === 0) return undefined;
  const takes = (flags & EventFlag.update) !== 0;
  if (graph.kind[access] === EventKind.write) return takes ? 'LKW' : 'UL';
  return takes ? 'LKR' : 'LF';
}

function isFailed(graph: ExecutionGraph, event: number): boolean {
  return graph.update[event] !== 0 && (graph.flags[event]! & EventFlag.update) === 0;
}

function c11Tags(graph: ExecutionGraph, event: number): Tag[] {
  const order = graph.order[event]!;
  const of = (tag: C11Tag): Tag[] => [tag];
  switch (graph.kind[event]) {
    case EventKind.fence:
      switch (graph.location[event]) {
        case Fence.full:
          return of('SC');
        case Fence.read:
        case Fence.acquire:
          return of('ACQ');
        case Fence.write:
        case Fence.release:
          return of('REL');
        default:
          return [];
      }
    case EventKind.read:
      if (order === Order.plain) return of('NA');
      return of(c11ReadTag(isFailed(graph, event) ? graph.failureOrder[event]! : order));
    default:
      if (order === Order.plain) return of('NA');
      if (order === Order.full) return of('SC');
      return of(order === Order.release || order === Order.acquireRelease ? 'REL' : 'RLX');
  }
}

function c11ReadTag(order: number): C11Tag {
  if (order === Order.full) return 'SC';
  return order === Order.acquire || order === Order.acquireRelease ? 'ACQ' : 'RLX';
}

function x86Tags(graph: ExecutionGraph, event: number): Tag[] {
  if (graph.kind[event] === EventKind.fence)
    return graph.location[event] === Fence.full ? ['MFENCE'] : ['SFENCE'];
  const locked = (graph.flags[event]! & (EventFlag.update | EventFlag.locked)) !== 0;
  const exchanged = graph.kind[event] === EventKind.write && graph.order[event] === Order.full;
  return locked || exchanged ? ['X'] : [];
}

/** C11's memory orders. */
export const c11: Instructions = { tags: c11Tags, tells: { write: 'REL', read: 'ACQ' } };

/** x86's fences and locked instructions. */
export const x86: Instructions = { tags: x86Tags, tells: { fence: 'MFENCE' } };

function isHalf(graph: ExecutionGraph, access: number): boolean {
  return (graph.flags[access]! & EventFlag.update) !== 0;
}

function acquires(graph: ExecutionGraph, event: number): boolean {
  const order = graph.order[event];
  return (
    graph.kind[event] === EventKind.read &&
    !isFailed(graph, event) &&
    (order === Order.acquire || order === Order.acquireRelease || order === Order.full)
  );
}

/** Whether a write releases; a full store that is no read-modify-write is a releasing store and a fence. */
function releases(graph: ExecutionGraph, event: number): boolean {
  const order = graph.order[event];
  return (
    graph.kind[event] === EventKind.write &&
    (order === Order.release || order === Order.acquireRelease || order === Order.full)
  );
}

function isFencedStore(graph: ExecutionGraph, event: number): boolean {
  return (
    graph.kind[event] === EventKind.write &&
    graph.order[event] === Order.full &&
    !isHalf(graph, event)
  );
}

function isFull(graph: ExecutionGraph, event: number): boolean {
  return graph.order[event] === Order.full && isHalf(graph, event);
}

const fenceTag =
  (tags: Readonly<Record<Fence, Tag | undefined>>) =>
  (graph: ExecutionGraph, event: number): Tag[] => {
    const tag = tags[graph.location[event] as Fence];
    return tag === undefined ? [] : [tag];
  };

const dmb = fenceTag({
  [Fence.compiler]: undefined,
  [Fence.full]: 'DMB.ISH',
  [Fence.read]: 'DMB.ISHLD',
  [Fence.write]: 'DMB.ISHST',
  [Fence.acquire]: 'DMB.ISHLD',
  [Fence.release]: 'DMB.ISH',
  [Fence.writeToAny]: 'DSB.ISHST',
});

/** AArch64 as arch/arm64 makes the kernel's primitives, with the atomic instructions of Armv8.1. */
export const aarch64: Instructions = {
  dependencies: true,
  tells: { fence: 'DMB.ISH' },
  tags: (graph, event) => {
    if (graph.kind[event] === EventKind.fence) return dmb(graph, event);
    const tags: Tag[] = isHalf(graph, event) ? ['X'] : [];
    if (acquires(graph, event)) tags.push('A');
    if (releases(graph, event)) tags.push('L');
    return tags;
  },
  around: (graph, event) => (isFencedStore(graph, event) ? { after: 'DMB.ISH' } : {}),
};

const riscvFence = fenceTag({
  [Fence.compiler]: undefined,
  [Fence.full]: 'Fence.rw.rw',
  [Fence.read]: 'Fence.r.r',
  [Fence.write]: 'Fence.w.w',
  [Fence.acquire]: 'Fence.r.rw',
  [Fence.release]: 'Fence.rw.w',
  [Fence.writeToAny]: 'Fence.w.rw',
});

/** A ticket lock's atomic_fetch_add(). */
function isTicket(graph: ExecutionGraph, event: number): boolean {
  return (graph.flags[event]! & EventFlag.spinLock) !== 0 && isHalf(graph, event);
}

/** RISC-V as arch/riscv makes the kernel's primitives. */
function riscvPrimitives(
  isAmoAqrl: (graph: ExecutionGraph, event: number) => boolean,
): Instructions {
  return {
    dependencies: true,
    tells: { fence: 'Fence.rw.rw' },
    tags: (graph, event) => {
      if (graph.kind[event] === EventKind.fence) return riscvFence(graph, event);
      const tags: Tag[] = isHalf(graph, event) ? ['X'] : [];
      if (isAmoAqrl(graph, event)) tags.push('AcqRel');
      return tags;
    },
    around: (graph, event) => {
      if (isAmoAqrl(graph, event)) return {};
      if (isFencedStore(graph, event)) return { before: 'Fence.rw.w', after: 'Fence.rw.rw' };
      if (releases(graph, event)) return { before: 'Fence.rw.w' };
      return acquires(graph, event) ? { after: 'Fence.r.rw' } : {};
    },
  };
}

/** With ticket locks. */
export const riscvInstructions = riscvPrimitives(
  (graph, event) => isTicket(graph, event) || isFull(graph, event),
);

/** With queued spinlocks. */
export const riscvQspinlockInstructions = riscvPrimitives(isFull);

const powerFence = fenceTag({
  [Fence.compiler]: undefined,
  [Fence.full]: 'SYNC',
  [Fence.read]: 'LWSYNC',
  [Fence.write]: 'LWSYNC',
  [Fence.acquire]: 'LWSYNC',
  [Fence.release]: 'LWSYNC',
  [Fence.writeToAny]: 'LWSYNC',
});

/** POWER as arch/powerpc makes the kernel's primitives. */
export const powerInstructions: Instructions = {
  dependencies: true,
  tells: { fence: 'SYNC' },
  tags: (graph, event) => {
    if (graph.kind[event] === EventKind.fence) return powerFence(graph, event);
    return isHalf(graph, event) ? ['EX'] : [];
  },
  around: (graph, event) => {
    const read = graph.kind[event] === EventKind.read;
    if (isFull(graph, event)) return read ? { before: 'SYNC' } : { after: 'SYNC' };
    if (isFencedStore(graph, event)) return { before: 'LWSYNC', after: 'SYNC' };
    if (!isHalf(graph, event)) {
      if (releases(graph, event)) return { before: 'LWSYNC' };
      return acquires(graph, event) ? { after: 'LWSYNC' } : {};
    }
    const order = graph.order[event];
    if (read)
      return order === Order.release || order === Order.acquireRelease ? { before: 'LWSYNC' } : {};
    return order === Order.acquire || order === Order.acquireRelease ? { after: 'ISYNC' } : {};
  },
};

const kernelFence = fenceTag({
  [Fence.compiler]: 'Barrier',
  [Fence.full]: 'Mb',
  [Fence.read]: 'Rmb',
  [Fence.write]: 'Wmb',
  [Fence.acquire]: 'Rmb',
  [Fence.release]: 'Wmb',
  [Fence.writeToAny]: 'Wmb',
});

/** The kernel's own primitives; a plain access counts as marked. */
export const kernelPrimitives: Instructions = {
  dependencies: true,
  tells: { fence: 'Mb', write: 'Once', read: 'Once' },
  locks: true,
  tags: (graph, event) => {
    if (graph.kind[event] === EventKind.fence) return kernelFence(graph, event);
    if (lockKind(graph, event) !== undefined) return [];
    const half = isHalf(graph, event);
    const tags: Tag[] = half ? ['RMW'] : [];
    if (isFull(graph, event)) tags.push('Mb');
    else if (acquires(graph, event)) tags.push('Acquire');
    else if (releases(graph, event)) tags.push('Release');
    else tags.push('Once');
    return tags;
  },
  around: (graph, event) => (isFencedStore(graph, event) ? { after: 'Mb' } : {}),
};
