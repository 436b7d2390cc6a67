/** One action of the machine. */
export type Action =
  | {
      readonly kind: 'step';
      readonly thread: number;
      /** Which alternative, where the step is a nondeterministic choice; else -1. */
      readonly alternative: number;
    }
  | {
      /** The oldest write in the store buffer of `thread` reaches memory. */
      readonly kind: 'drain';
      readonly thread: number;
    };

/** Some actions of one kind and one thread in a row. */
export type Segment =
  | {
      readonly kind: 'run';
      readonly thread: number;
      readonly steps: number;
      /** What the nondeterministic choices among the steps give, in order. */
      readonly choices?: readonly number[];
    }
  | { readonly kind: 'drain'; readonly thread: number; readonly writes: number };

/** What to do, in order, to reach a state; a plain value that can be stored and replayed. */
export type Schedule = readonly Segment[];

/** The number of context switches of a schedule: changes of the running thread. */
export function contextSwitches(schedule: Schedule): number {
  let switches = 0;
  let running = -1;
  for (const segment of schedule) {
    if (segment.kind !== 'run' || segment.thread === running) continue;
    if (running >= 0) switches++;
    running = segment.thread;
  }
  return switches;
}

/** Joins actions into segments. */
export function toSchedule(actions: Iterable<Action>): Schedule {
  const schedule: Segment[] = [];
  let open:
    { kind: 'step' | 'drain'; thread: number; length: number; choices: number[] } | undefined;
  const close = (): void => {
    if (open === undefined) return;
    const { kind, thread, length, choices } = open;
    if (kind === 'drain') schedule.push({ kind, thread, writes: length });
    else if (choices.length === 0) schedule.push({ kind: 'run', thread, steps: length });
    else schedule.push({ kind: 'run', thread, steps: length, choices });
  };
  for (const action of actions) {
    if (open?.kind !== action.kind || open.thread !== action.thread) {
      close();
      open = { kind: action.kind, thread: action.thread, length: 0, choices: [] };
    }
    open.length++;
    if (action.kind === 'step' && action.alternative >= 0) open.choices.push(action.alternative);
  }
  close();
  return schedule;
}
