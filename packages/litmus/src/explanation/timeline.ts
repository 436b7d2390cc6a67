import { type CandidateExecution, initialThread } from '@pagerace/memory-models/reference';

import { eventText } from '../execution/structure.js';
import { type Candidate } from './explanation.js';

/** One event of a timeline. */
export interface Moment {
  readonly event: number;
  readonly thread: number;
  /** `a`, `b` …: how it is spoken of. */
  readonly name: string;
  /** `R[once] x = 1`. */
  readonly text: string;
  /** What does not go by the order of the lines: a read of what comes below, say. */
  readonly remarks: readonly string[];
}

/** `a` … `z`, `aa`, `ab` … */
function letters(index: number): string {
  const last = String.fromCharCode(97 + (index % 26));
  return index < 26 ? last : letters(Math.floor(index / 26) - 1) + last;
}

/**
 * The events of all threads in one order: program order, and as far as possible each read after what it
 * reads and before what overwrites that, and writes in their order. Wherever that is not possible the
 * execution is no interleaving, and a remark says what is seen too late or too early.
 */
export function timeline({ execution, combination }: Candidate): readonly Moment[] {
  const { structure } = execution;
  const threads = combination.runs.length;
  const left = Array.from({ length: threads }, (_, thread) =>
    [...structure.events.keys()].filter((event) => structure.events[event]!.thread === thread),
  );
  const order: number[] = [];
  const placed = new Set<number>();
  const before = execution.rf.or(execution.co, execution.fr).inverse();
  const missing = (event: number): number =>
    before.successors(event).filter((other) => {
      return !placed.has(other) && structure.events[other]!.thread !== initialThread;
    }).length;
  let current = 0;
  for (;;) {
    const next = left.flatMap((events, thread) =>
      events[0] === undefined ? [] : [{ thread, event: events[0], missing: missing(events[0]) }],
    );
    if (next.length === 0) break;
    const least = Math.min(...next.map((one) => one.missing));
    const fitting = next.filter((one) => one.missing === least);
    const chosen = fitting.find(({ thread }) => thread === current) ?? fitting[0]!;
    current = chosen.thread;
    left[current]!.shift();
    placed.add(chosen.event);
    order.push(chosen.event);
  }

  const position = new Map(order.map((event, i) => [event, i]));
  const name = (event: number): string => letters(position.get(event)!);
  return order.map((event) => ({
    event,
    thread: structure.events[event]!.thread,
    name: name(event),
    text: eventText(combination, event),
    remarks: remarksOf(execution, event, position, name),
  }));
}

function remarksOf(
  { rf, co, fr }: CandidateExecution,
  event: number,
  position: ReadonlyMap<number, number>,
  name: (event: number) => string,
): string[] {
  const at = position.get(event)!;
  const placeOf = (other: number): number => position.get(other) ?? -1;
  const sources = rf.inverse().successors(event);
  const above = (others: readonly number[]): string =>
    others
      .filter((other) => position.has(other) && placeOf(other) < at)
      .map(name)
      .join(', ');
  const remarks = sources
    .filter((source) => placeOf(source) > at)
    .map((source) => `reads from ${name(source)}, below`);
  const notYet = above(fr.successors(event));
  if (notYet) remarks.push(`does not see ${notYet} yet`);
  const overtaken = above(co.successors(event));
  if (overtaken) remarks.push(`is overwritten by ${overtaken}`);
  return remarks;
}
