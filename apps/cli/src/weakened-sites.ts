import { noSuch } from '@pagerace/kernel';
import {
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
 * @throws {UsageError} for a site that it does not meet, or for which there is no such weakening
 */
export function mustFit(sites: OrderingSites, complete: boolean): void {
  const standIns = new Map(sites.met.map(({ name, standsFor }) => [name, standsFor]));
  const written = new Map(
    sites.met
      .filter(({ standsFor }) => standsFor === undefined)
      .map((site) => [site.name, site.written.kind]),
  );
  for (const text of sites.overridden) {
    const at = text.lastIndexOf('=');
    const [site, what] = [text.slice(0, at), text.slice(at + 1)];
    const kind = written.get(site);
    const asked = overrideNamed(what)!.kind;
    const standsFor = standIns.get(site);
    if (standsFor !== undefined)
      throw new UsageError(`--weaken ${text}: ${site} is no barrier; it stands for ${standsFor}`);
    if (kind === undefined && complete) throw noSuch('barrier', site, written.keys());
    if (kind === undefined || asked === 'dropped' || asked === kind) continue;
    throw new UsageError(`--weaken ${text}: ${site} is ${weakenings[kind]}, not ${what}`);
  }
}

const weakenings: Readonly<Record<Ordering['kind'], string>> = {
  fence: 'a fence, and can be dropped, smp_rmb or smp_wmb',
  order: 'an access that orders, and can be dropped, relaxed, acquire or release',
};
