import { type ReferenceModel } from '@pagerace/memory-models/reference';

import { type ThreadEvent, type ThreadRun } from './thread.js';

/** Whether a model lets a thread write, by a plain access, what it reads only since it writes it. */
export function allowsCircularCopies({ id }: ReferenceModel): boolean {
  return id === 'lkmm';
}

/** Of a C test: an access that is not marked. */
export function isPlain({ kind, tags }: ThreadEvent): boolean {
  return (kind === 'read' || kind === 'write') && tags.length === 0;
}

/** A write of what its thread has read. */
interface Copy {
  readonly thread: number;
  readonly from: string;
  readonly to: string;
  readonly isPlain: boolean;
}

/** What each thread writes by copies that form a circle with a plain access in it: location and thread. */
export function circularCopies(
  runs: readonly (readonly ThreadRun[])[],
): readonly (readonly [location: string, thread: number])[] {
  if (!runs.some((ofThread) => ofThread.some(({ events }) => events.some(isPlain)))) return [];
  const found = new Map<string, Copy>();
  runs.forEach((ofThread, thread) => {
    for (const { events } of ofThread)
      for (const event of events)
        for (const copy of copiesOf(events, event, thread)) found.set(JSON.stringify(copy), copy);
  });
  const copies = [...found.values()];
  const reach = (from: string, seen = new Set<string>()): ReadonlySet<string> => {
    for (const copy of copies) {
      if (copy.from !== from || seen.has(copy.to)) continue;
      seen.add(copy.to);
      reach(copy.to, seen);
    }
    return seen;
  };
  const reached = new Map(copies.map(({ to }) => [to, reach(to)] as const));
  const plain = copies.filter((copy) => copy.isPlain && reached.get(copy.to)!.has(copy.from));
  return copies
    .filter(({ from, to }) =>
      plain.some((one) => reached.get(to)!.has(one.to) && reached.get(one.to)!.has(from)),
    )
    .map(({ to, thread }) => [to, thread] as const);
}

function copiesOf(events: readonly ThreadEvent[], write: ThreadEvent, thread: number): Copy[] {
  if (write.kind !== 'write') return [];
  return write.data
    .map((read) => events[read]!)
    .filter(({ value }) => value === write.value)
    .map((read) => ({
      thread,
      from: read.location!,
      to: write.location!,
      isPlain: isPlain(read) || isPlain(write),
    }));
}
