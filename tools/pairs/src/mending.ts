import { type Bounds, explorePair, type Explored, registry } from './exploring.js';
import type { KnownRace } from './known-races.js';

/**
 * Explores the pair without and with the patch that is said to mend it.
 *
 * @returns why the patch is not what makes the difference; undefined if it is
 */
export function failureOf(race: KnownRace, explored: Explored, bounds: Bounds): string | undefined {
  const { pair, platform } = explored;
  const has = registry.kernel(platform.kernel).patches.map(({ id }) => id);
  if (has.includes(race.mendedBy)) return `${platform.kernel} has ${race.mendedBy}`;
  const isViolatedWith = (patches: readonly string[]): boolean => {
    const kernel = [platform.kernel, ...patches].join('+');
    const { violations } = explorePair(pair, { ...platform, kernel }, bounds).result;
    return violations.some(({ property }) => property === race.property);
  };
  const needed = neededBy(race.mendedBy, has);
  if (needed.length > 0 && !isViolatedWith(needed))
    return `${race.mendedBy} is not what mends it: ${needed.join(', ')} will do`;
  if (isViolatedWith([...needed, race.mendedBy])) return `${race.mendedBy} does not mend it`;
  return undefined;
}

/** The patches that a patch needs and that a kernel does not have, in the order in which they go in. */
function neededBy(patch: string, has: readonly string[]): readonly string[] {
  const needed: string[] = [];
  for (const id of registry.patch(patch).needs ?? []) {
    if (!has.includes(id)) needed.push(...neededBy(id, [...has, ...needed]), id);
  }
  return [...new Set(needed)];
}
