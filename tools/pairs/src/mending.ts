import { hasPatch, type Kernel } from '@pagerace/kernel';
import { type Bounds, explorePair, type Explored, registry } from './exploring.js';
import type { KnownRace } from './known-races.js';

/**
 * Explores the pair without and with the patch that is said to mend it.
 *
 * @returns why the patch is not what makes the difference; undefined if it is
 */
export function failureOf(race: KnownRace, explored: Explored, bounds: Bounds): string | undefined {
  const { pair, platform } = explored;
  const base = registry.kernel(platform.kernel);
  if (hasPatch(base, registry.patch(race.mendedBy)))
    return `${platform.kernel} has ${race.mendedBy}`;
  const isViolatedWith = (patches: readonly string[]): boolean => {
    const kernel = [platform.kernel, ...patches].join('+');
    const { violations } = explorePair(pair, { ...platform, kernel }, bounds).result;
    return violations.some(({ property }) => property === race.property);
  };
  const needed = neededBy(race.mendedBy, base);
  if (needed.length > 0 && !isViolatedWith(needed))
    return `${race.mendedBy} is not what mends it: ${needed.join(', ')} will do`;
  if (isViolatedWith([...needed, race.mendedBy])) return `${race.mendedBy} does not mend it`;
  return undefined;
}

/** The patches that a patch was written on top of and that a kernel does not have, oldest first. */
function neededBy(patch: string, kernel: Kernel): readonly string[] {
  const below = registry.histories.flatMap(({ variants }) =>
    variants.flatMap((variant) => (variant.patch?.id === patch ? variant.buildsOn : [])),
  );
  return registry.patches
    .filter((one) => below.includes(one) && !hasPatch(kernel, one))
    .map(({ id }) => id);
}
