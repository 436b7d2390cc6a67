/** Thrown when looking into a test would take longer than it may. */
export class LimitReached extends Error {}

/** A clock that stops what takes too long. */
export interface Limit {
  /** @throws LimitReached when time is over. */
  check(): void;
}

export interface LimitOptions {
  /** How long it may take, in milliseconds. */
  readonly timeLimit?: number;
  /** The clock to measure it with, in milliseconds; by default the system's. */
  readonly now?: () => number;
}

/** A limit that begins now. */
export function limitOf({ timeLimit, now = () => performance.now() }: LimitOptions): Limit {
  if (timeLimit === undefined) return { check: () => undefined };
  const end = now() + timeLimit;
  return {
    check: () => {
      if (now() > end) throw new LimitReached(`not decided within ${String(timeLimit / 1000)} s`);
    },
  };
}
