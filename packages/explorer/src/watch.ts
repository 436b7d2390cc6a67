/**
 * Is called while programs run. A thread that loops without an operation never comes back to the explorer,
 * so only another thread of the process can notice it: one that sees that these calls stop.
 */
export interface Watch {
  /** Which part of the program runs from here on: a thread, `the set-up`, `finally`, or none. */
  readonly runs: (part: string | undefined) => void;
  /** The running thread performs an operation. */
  readonly operates: () => void;
}

let watch: Watch | undefined;
let running: string | undefined;

/** Has every program that runs in this thread of the process watched, from here on. */
export function watchPrograms(by: Watch | undefined): void {
  watch = by;
}

/** Runs a part of a program. */
export function watched<T>(part: string, body: () => T): T {
  if (watch === undefined) return body();
  const before = running;
  watch.runs((running = part));
  try {
    return body();
  } finally {
    watch.runs((running = before));
  }
}

/** To be called where a thread performs an operation that it has not performed before. */
export function operates(): void {
  watch?.operates();
}
