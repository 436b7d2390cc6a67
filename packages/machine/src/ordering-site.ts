import { Fence, fenceName, Order, orderName, runtime } from '@pagerace/explorer';
import { currentFunction } from './kernel-function.js';

/** What orders: an access, or a fence. */
export type Ordering =
  | { readonly kind: 'order'; readonly order: Order }
  | { readonly kind: 'fence'; readonly fence: Fence };

/** What may be put in the place of an ordering: nothing at all, or a weaker one. */
export type OrderingOverride = { readonly kind: 'dropped' } | Ordering;

/** The ordering is left out: a fence vanishes, an access becomes relaxed. */
export const dropped: OrderingOverride = { kind: 'dropped' };

/** A fence or an ordering suffix at one place in the kernel's source. */
export interface OrderingSite {
  /** `file:function:primitive`, such as `mm/rmap.c:try_to_unmap_one:smp_mb`. */
  readonly name: string;
  readonly primitive: string;
  /** The ordering as the kernel has it. */
  readonly written: Ordering;
  /**
   * What the site stands for, if it is no barrier of the kernel: what a device or a wake-up orders.
   * Such a site is never weakened.
   */
  readonly standsFor?: string;
}

/**
 * The ordering sites of one run: which were met, and what stands in the place of some.
 *
 * A place that has several of one primitive names each by a suffix, as in `smpMb('before count')`,
 * which gives `…:smp_mb:before count`; without a suffix they are one site and go together.
 */
export class OrderingSites {
  readonly #overrides: ReadonlyMap<string, OrderingOverride>;
  readonly #met = new Map<string, OrderingSite>();

  /** @param overrides by the name of the site */
  constructor(overrides: Iterable<readonly [string, OrderingOverride]> = []) {
    this.#overrides = new Map(overrides);
  }

  /** Every site that was met so far, by name. */
  get met(): readonly OrderingSite[] {
    return [...this.#met.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** What stands in whose place, by name of the site: `mm/rmap.c:try_to_unmap_one:smp_mb=dropped`. */
  get overridden(): readonly string[] {
    return [...this.#overrides]
      .map(([name, override]) => `${name}=${overrideName(override)}`)
      .sort();
  }

  /** Overrides of sites that have not been met: a name that is misspelt, or code that never ran. */
  get unmet(): readonly string[] {
    return [...this.#overrides.keys()].filter((name) => !this.#met.has(name));
  }

  /** Notes that a site was met. @returns what is to stand in its place */
  meet(site: OrderingSite): OrderingOverride | undefined {
    this.#met.set(site.name, site);
    return site.standsFor === undefined ? this.#overrides.get(site.name) : undefined;
  }
}

/** The kernel's words for what a fence can be weakened to. */
const fences: readonly (readonly [string, Fence])[] = [
  ['smp_mb', Fence.full],
  ['smp_rmb', Fence.read],
  ['smp_wmb', Fence.write],
];
const orders = [Order.relaxed, Order.acquire, Order.release, Order.full];

/** What stands in the place of an ordering, in a word: `dropped`, `smp_rmb`, `acquire`. */
export function overrideName(override: OrderingOverride): string {
  switch (override.kind) {
    case 'dropped':
      return 'dropped';
    case 'order':
      return orderName(override.order);
    case 'fence':
      return fences.find(([, fence]) => fence === override.fence)?.[0] ?? fenceName(override.fence);
  }
}

/** The override of that {@link overrideName}; undefined if there is none. */
export function overrideNamed(name: string): OrderingOverride | undefined {
  const fence = fences.find(([word]) => word === name)?.[1];
  if (fence !== undefined) return { kind: 'fence', fence };
  const order = orders.find((one) => orderName(one) === name);
  if (order !== undefined) return { kind: 'order', order };
  return name === 'dropped' ? dropped : undefined;
}

// The sites of the run whose thread runs just now, if it has anything to do with them.
let active: OrderingSites | undefined;
// The sites that it has weakened since its last event; kept while a trace is recorded.
let weakened: OrderingSite[] = [];

/** Runs `body` with these sites; `undefined` leaves every ordering as it is written, at no cost. */
export function withOrderingSites<T>(sites: OrderingSites | undefined, body: () => T): T {
  const before = active;
  active = sites;
  weakened = [];
  try {
    return body();
  } finally {
    active = before;
  }
}

/** The sites that were weakened since this was asked last. */
export function takeWeakened(): readonly OrderingSite[] {
  const taken = weakened;
  if (taken.length > 0) weakened = [];
  return taken;
}

function overrideAt(
  sites: OrderingSites,
  primitive: string,
  suffix: string | undefined,
  written: Ordering,
): OrderingOverride | undefined {
  const site = siteOf(primitive, suffix, written);
  const override = sites.meet(site);
  if (override !== undefined && runtime().tracing) weakened.push(site);
  return override;
}

function siteOf(
  primitive: string,
  suffix: string | undefined,
  written: Ordering,
  standsFor?: string,
): OrderingSite {
  const { file, name, sites } = currentFunction();
  const key = suffix === undefined ? primitive : `${primitive}:${suffix}`;
  let site = sites.get(key);
  if (site === undefined) {
    const place = [file, name, key].filter((part) => part !== '').join(':');
    site = { name: place, primitive, written, ...(standsFor === undefined ? {} : { standsFor }) };
    sites.set(key, site);
  }
  return site;
}

/** The order of an access here: `order`, unless the run puts another in its place. */
export function orderHere(primitive: string, order: Order, suffix?: string): Order {
  if (active === undefined || order <= Order.relaxed) return order;
  const override = overrideAt(active, primitive, suffix, { kind: 'order', order });
  if (override === undefined) return order;
  return override.kind === 'order' ? override.order : Order.relaxed;
}

/** The order of an access here that no kernel code asks for: `order`, in every run. */
export function standInHere(primitive: string, order: Order, standsFor: string): Order {
  active?.meet(siteOf(primitive, undefined, { kind: 'order', order }, standsFor));
  return order;
}

/** The fence here: `fence`, unless the run puts another or none (`undefined`) in its place. */
export function fenceHere(primitive: string, fence: Fence, suffix?: string): Fence | undefined {
  if (active === undefined) return fence;
  const override = overrideAt(active, primitive, suffix, { kind: 'fence', fence });
  if (override === undefined) return fence;
  return override.kind === 'fence' ? override.fence : undefined;
}
