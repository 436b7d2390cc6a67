import { EventFlag, EventKind, type ExecutionGraph, none } from './graph.js';
import type { Violation } from './violation.js';

/**
 * The text of an execution graph: two graphs are the same execution exactly if their texts are equal.
 *
 * Threads in their order, each with its events (`R` read, `W` write, `U` and `V` the read and the write
 * of a read-modify-write, `F` fence, `C` choice, `S` spawn, `J` join; a violation as `!property`), then
 * the coherence order of every location that was written.
 */
export function canonicalText(graph: ExecutionGraph): string {
  const parts: string[] = [];
  for (let t = 0; t < graph.threadLimit; t++) {
    if (graph.started[t] === 0) continue;
    const events: string[] = [];
    let end = '';
    for (let i = 0; i < graph.threadLength[t]!; i++) {
      const event = graph.at(t, i);
      if (graph.kind[event] === EventKind.violation)
        end = `!${(graph.value[event] as Violation).property}`;
      else if (graph.kind[event]! < EventKind.end && event !== graph.stuckAt(t))
        events.push(eventText(graph, event));
    }
    parts.push(`T${String(t)}[${events.join(';')}${end}]`);
  }
  for (let location = 0; location < graph.locations; location++) {
    const writes: string[] = [];
    for (
      let write = graph.coherenceFirst[location]!;
      write !== none;
      write = graph.coherenceNext[write]!
    ) {
      writes.push(position(graph, write));
    }
    if (writes.length > 0) parts.push(`${String(location)}:${writes.join('<')}`);
  }
  return parts.join(' ');
}

function position(graph: ExecutionGraph, event: number): string {
  return event < 0 ? 'init' : `${String(graph.thread[event]!)}.${String(graph.index[event]!)}`;
}

function eventText(graph: ExecutionGraph, event: number): string {
  const location = String(graph.location[event]!);
  const updates = (graph.flags[event]! & EventFlag.update) !== 0;
  switch (graph.kind[event]) {
    case EventKind.read:
      return `${updates ? 'U' : 'R'}${location}=${position(graph, graph.readsFrom[event]!)}`;
    case EventKind.write:
      return `${updates ? 'V' : 'W'}${location}=${valueText(graph.value[event])}`;
    case EventKind.fence:
      return `F${location}`;
    case EventKind.choice:
      return `C${String(graph.value[event])}`;
    case EventKind.spawn:
      return `S${location}`;
    default:
      return `J${location}`;
  }
}

/** A value in a text: objects are told apart by where they were written, not by what they hold. */
export function valueText(value: unknown): string {
  return typeof value === 'object' && value !== null ? 'object' : String(value);
}

/** Whether a value is another than before; one object is taken for another. */
export function differs(before: unknown, now: unknown): boolean {
  return before !== now && typeof now !== 'object' && !Object.is(before, now);
}
