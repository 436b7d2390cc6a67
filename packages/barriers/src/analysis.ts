import type { Result } from '@pagerace/explorer';
import type { OrderingOverride, OrderingSite } from '@pagerace/machine';
import { type Assignment, asWritten, weakened, weakenings, without } from './assignment.js';
import { exceptions, largest, smallest } from './groups.js';
import { type Explore, type Judgement, Safety } from './safety.js';

/** What becomes of the kernel when one site alone is weakened. */
export interface Weakening extends Omit<Judgement, 'assignment'> {
  readonly override: OrderingOverride;
}

/** One ordering site on one machine. */
export interface SiteFinding {
  readonly site: OrderingSite;
  /** `needed`: without it something goes wrong; `unknown`: the exploration does not tell. */
  readonly need: 'needed' | 'not needed' | 'unknown';
  /** The site dropped; and unless it is not needed, every weaker ordering in its place. */
  readonly alone: readonly Weakening[];
  /** Sites each of which orders the same: of these and this one, one is needed. */
  readonly insteadOf: readonly string[];
}

/** A safe assignment of which no site can be weakened further. There may be others. */
export interface Weakest {
  readonly assignment: Assignment;
  /** Sites of which it is not known whether they can be weakened further. */
  readonly undecided: readonly string[];
}

/** What is known of the barriers of a kernel on one machine. */
export interface Analysis {
  /** The kernel as it is. Unless it is verified, there is nothing else here. */
  readonly baseline: Result;
  /** Every barrier that was met, by name. */
  readonly sites: readonly SiteFinding[];
  /** What was met that stands for hardware or a wake-up, by name: no barriers of the kernel. */
  readonly standIns: readonly OrderingSite[];
  readonly weakest?: Weakest;
  readonly explorations: number;
}

/**
 * Finds out which ordering sites are needed, and a weakest assignment that is safe.
 *
 * @param met the sites that are met, once the kernel has been explored as it is
 */
export async function analyse(
  explore: Explore,
  met: () => readonly OrderingSite[],
): Promise<Analysis> {
  const safety = new Safety(explore);
  const { result: baseline, safety: asItIs } = await safety.judge(asWritten);
  const standIns = met().filter(({ standsFor }) => standsFor !== undefined);
  if (asItIs !== 'safe')
    return { baseline, sites: [], standIns, explorations: safety.explorations };

  const sites = met()
    .filter(({ standsFor }) => standsFor === undefined)
    .sort(byRank);
  await exceptions(sites.map(nameOf), (names) => isSafe(safety, without(asWritten, names)));
  const alone = new Map<string, Omit<SiteFinding, 'insteadOf'>>();
  for (const site of sites) alone.set(site.name, await weakenAlone(safety, site));
  const free = [...alone.values()].filter(({ need }) => need === 'not needed').map(siteName);

  const weakest = await weaken(safety, sites, free);
  const insteadOf = await alternatives(safety, sites, free, weakest.assignment);
  return {
    baseline,
    sites: [...alone.values()]
      .map((finding) => ({ ...finding, insteadOf: insteadOf.get(finding.site.name) ?? [] }))
      .sort((one, other) => (one.site.name < other.site.name ? -1 : 1)),
    standIns,
    weakest,
    explorations: safety.explorations,
  };
}

const nameOf = ({ name }: OrderingSite): string => name;
const siteName = ({ site }: Pick<SiteFinding, 'site'>): string => site.name;

/**
 * In which order sites are dropped. Fences come first: they are what patches add, and an architecture's
 * own instructions last: what is left in a weakest assignment then tells what the architecture
 * gives, and the kernel need not ask for.
 */
function byRank(one: OrderingSite, other: OrderingSite): number {
  return rank(one) - rank(other) || (one.name < other.name ? -1 : 1);
}

function rank({ name, written }: OrderingSite): number {
  if (name.startsWith('arch/')) return 2;
  return written.kind === 'fence' ? 0 : 1;
}

async function isSafe(safety: Safety, assignment: Assignment): Promise<boolean> {
  return (await safety.judge(assignment)).safety === 'safe';
}

async function weakenAlone(
  safety: Safety,
  site: OrderingSite,
): Promise<Omit<SiteFinding, 'insteadOf'>> {
  const judge = async (override: OrderingOverride): Promise<Weakening> => {
    const judgement = await safety.judge(weakened(asWritten, [site.name, override]));
    return { override, safety: judgement.safety, result: judgement.result };
  };
  const without = await judge({ kind: 'dropped' });
  if (without.safety === 'safe') return { site, need: 'not needed', alone: [without] };
  const alone = [without];
  for (const override of weakenings(site.written)) {
    if (override.kind !== 'dropped') alone.push(await judge(override));
  }
  return { site, need: without.safety === 'unsafe' ? 'needed' : 'unknown', alone };
}

/** @param free the sites that can be dropped alone */
async function weaken(
  safety: Safety,
  sites: readonly OrderingSite[],
  free: readonly string[],
): Promise<Weakest> {
  const undecided = new Set<string>();
  const dropped = await largest(free, (names) => isSafe(safety, without(asWritten, names)));
  let assignment = without(asWritten, dropped);
  for (const { name, written } of sites) {
    let candidates = weakenings(written, assignment.get(name));
    while (candidates.length > 0) {
      let next: OrderingOverride | undefined;
      for (const candidate of candidates) {
        const { safety: known } = await safety.judge(weakened(assignment, [name, candidate]));
        if (known === 'unknown') undecided.add(name);
        if (known !== 'safe') continue;
        next = candidate;
        break;
      }
      if (next === undefined) break;
      undecided.delete(name);
      assignment = weakened(assignment, [name, next]);
      candidates = weakenings(written, next);
    }
  }
  return { assignment, undecided: [...undecided] };
}

/**
 * For sites that can be dropped alone, others that order the same: sets of which all but any one can be
 * dropped. Looked for are those of the portable fences, which a kernel developer has to decide on, and
 * of what is left in `weakest` though it could go alone.
 */
async function alternatives(
  safety: Safety,
  sites: readonly OrderingSite[],
  free: readonly string[],
  weakest: Assignment,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const holds = (names: readonly string[]): Promise<boolean> =>
    isSafe(safety, without(asWritten, names));
  const breaks = async (names: readonly string[]): Promise<boolean> =>
    (await safety.judge(without(asWritten, names))).safety === 'unsafe';
  const isKept = (name: string): boolean => weakest.get(name)?.kind !== 'dropped';
  const insteadOf = new Map<string, readonly string[]>();
  const asked = sites.filter((site) => rank(site) === 0 || isKept(site.name)).map(nameOf);
  for (const name of asked.filter((one) => free.includes(one) && !insteadOf.has(one))) {
    const others = free.filter((one) => one !== name);
    const dropped = others.filter((one) => !isKept(one));
    const most = await largest(others.filter(isKept), holds, dropped);
    if (!(await breaks([...most, name]))) continue;
    const set = await smallest(most, breaks, [name]);
    for (const one of set) {
      if (!insteadOf.has(one))
        insteadOf.set(
          one,
          set.filter((other) => other !== one),
        );
    }
  }
  return insteadOf;
}
