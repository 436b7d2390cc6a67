import { distance } from 'fastest-levenshtein';
import { UsageError } from './usage-error.js';

/** The name most like `wanted`, unless even that one is hardly like it. */
export function nearest(wanted: string, names: Iterable<string>): string | undefined {
  let best: string | undefined;
  let least = Math.max(2, Math.floor(wanted.length / 3)) + 1;
  for (const name of names) {
    const steps = distance(wanted.toLowerCase(), name.toLowerCase());
    if (steps < least) {
      best = name;
      least = steps;
    }
  }
  return best;
}

/** The error for an id that nobody has: it names the nearest right one, or all if none is near. */
export function noSuch(kind: string, wanted: string, known: Iterable<string>): UsageError {
  const ids = [...known];
  const like = nearest(wanted, ids);
  const all = ids.length === 0 ? 'none is known' : `known: ${ids.join(', ')}`;
  return new UsageError(
    `there is no ${kind} ${wanted}; ${like === undefined ? all : `did you mean ${like}?`}`,
  );
}
