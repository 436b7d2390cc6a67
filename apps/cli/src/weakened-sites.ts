import { noSuch } from '@pagerace/kernel';
import {
  Fence,
  Order,
  type Ordering,
  OrderingSites,
  type OrderingOverride,
  overrideName,
  overrideNamed,
} from '@pagerace/machine';
import { UsageError } from './failure.js';

/**
 * The ordering sites that a user wants weakened, each as `SITE=ORDERING` or as `SITE` alone to drop it.
 *
 * @throws {UsageError} for an ordering that does not exist, or a site that is named twice
 */
export function weakenedSites(texts: readonly string[]): OrderingSites {
  const overrides = new Map<string, OrderingOverride>();
  for (const text of texts) {
    const at = text.lastIndexOf('=');
    const site = at < 0 ? text : text.slice(0, at);
    const ordering = at < 0 ? 'dropped' : text.slice(at + 1);
    if (site === '') throw new UsageError(`--weaken takes SITE or SITE=WHAT, not '${text}'`);
    const override = overrideNamed(ordering);
    if (override === undefined) {
      throw new UsageError(
        `--weaken ${text}: '${ordering}' is none of dropped, smp_rmb, smp_wmb, relaxed, acquire, release`,
      );
    }
    if (overrides.has(site)) throw new UsageError(`--weaken names ${site} twice`);
    overrides.set(site, override);
  }
  return new OrderingSites(overrides);
}

/** The same as texts. */
export function weakenedTexts(overrides: Iterable<readonly [string, OrderingOverride]>): string[] {
  return [...overrides].map(([site, override]) => `${site}=${overrideName(override)}`);
}

/**
 * Compares what was to be weakened with what a run has met.
 *
 * @param complete whether the run has met every site that it can
 * @param kernelWith a kernel on which the scenario meets a site, if one is found
 * @throws {UsageError} for a site that it does not meet, or for which there is no such weakening
 */
export function mustFit(
  sites: OrderingSites,
  complete: boolean,
  kernelWith: (site: string) => string | undefined = () => undefined,
): void {
  const standIns = new Map(sites.met.map(({ name, standsFor }) => [name, standsFor]));
  const written = new Map(
    sites.met
      .filter(({ standsFor }) => standsFor === undefined)
      .map((site) => [site.name, site.written]),
  );
  for (const text of sites.overridden) {
    const at = text.lastIndexOf('=');
    const [site, what] = [text.slice(0, at), text.slice(at + 1)];
    const ordering = written.get(site);
    const asked = overrideNamed(what)!;
    const standsFor = standIns.get(site);
    if (standsFor !== undefined)
      throw new UsageError(`--weaken ${text}: ${site} is no barrier; it stands for ${standsFor}`);
    if (ordering === undefined && complete) {
      const kernel = kernelWith(site);
      if (kernel === undefined) throw noSuch('barrier', site, written.keys());
      throw new UsageError(
        `--weaken ${text}: this kernel has no barrier ${site}; --kernel ${kernel} has it`,
      );
    }
    if (ordering === undefined || asked.kind === 'dropped') continue;
    if (asked.kind !== ordering.kind) {
      throw new UsageError(
        `--weaken ${text}: ${site} is ${weakenings[ordering.kind]}, not ${what}`,
      );
    }
    if (!isWeaker(asked, ordering)) {
      throw new UsageError(
        `--weaken ${text}: ${what} is not weaker than ${overrideName(ordering)}, which ${site} is`,
      );
    }
  }
}

/** Whether everything that `one` orders is ordered by `other`, too, which orders more. */
function isWeaker(one: Ordering, other: Ordering): boolean {
  if (one.kind === 'fence' && other.kind === 'fence')
    return (
      (other.fence === Fence.full && one.fence !== Fence.full) ||
      (other.fence === Fence.writeToAny && one.fence === Fence.write)
    );
  if (one.kind === 'order' && other.kind === 'order')
    return one.order !== other.order && (one.order === Order.relaxed || other.order === Order.full);
  return false;
}

const weakenings: Readonly<Record<Ordering['kind'], string>> = {
  fence: 'a fence, and can be dropped, smp_rmb or smp_wmb',
  order: 'an access that orders, and can be dropped, relaxed, acquire or release',
};
