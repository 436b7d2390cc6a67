import { noSuch } from '@pagerace/kernel';
import {
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
    const override = overrideNamed(ordering);
    if (override === undefined) {
      throw new UsageError(
        `--weaken ${text}: ${ordering} is none of dropped, smp_rmb, smp_wmb, relaxed, acquire, release`,
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

/** @throws {UsageError} when a run that has met every site that it can met none of such a name */
export function mustBeMet(sites: OrderingSites): void {
  const [unmet] = sites.unmet;
  if (unmet === undefined) return;
  const met = sites.met.map(({ name }) => name);
  throw noSuch('ordering site in this run', unmet, met);
}
