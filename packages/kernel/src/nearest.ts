import { distance } from 'fastest-levenshtein';
import { UsageError } from './usage-error.js';

/** The one name that goes on after `wanted` and a dash, or that ends in a colon and `wanted`; else the name most like it, unless even that one is hardly like it. */
export function nearest(wanted: string, names: Iterable<string>): string | undefined {
  const known = [...names];
  const longer = known.filter((name) => name.startsWith(`${wanted}-`));
  if (longer.length === 1) return longer[0];
  const ending = known.filter((name) => name.endsWith(`:${wanted}`));
  if (ending.length === 1) return ending[0];
  let best: string | undefined;
  let least = Math.max(2, Math.floor(wanted.length / 3)) + 1;
  for (const name of known) {
    const steps = distance(wanted.toLowerCase(), name.toLowerCase());
    if (steps < least) {
      best = name;
      least = steps;
    }
  }
  return best;
}

/**
 * The error for an id that nobody has: it names the nearest right one, one of many that begin with it, every
 * one that ends in it after a colon, or all if none is near.
 *
 * @param all what to say instead of every id
 */
export function noSuch(
  kind: string,
  wanted: string,
  known: Iterable<string>,
  all?: string,
): UsageError {
  const ids = [...known];
  all ??= ids.length === 0 ? 'none is known' : `known: ${ids.join(', ')}`;
  if (wanted === '') return new UsageError(`the id of a ${kind} is missing; ${all}`);
  const family = ids.filter((id) => id.startsWith(`${wanted}-`));
  if (family.length > 2) {
    const several = `${String(family.length)} begin so, such as ${family[0]!}`;
    return new UsageError(`there is no ${kind} ${wanted}; ${several}; ${all}`);
  }
  const ending = ids.filter((id) => id.endsWith(`:${wanted}`));
  const like = ending.length > 1 ? ending.join(' or ') : nearest(wanted, ids);
  return new UsageError(
    `there is no ${kind} ${wanted}; ${like === undefined ? all : `did you mean ${like}?`}`,
  );
}
