import type { Progress, Result, Verdict } from '@pagerace/explorer';

/** What was explored: a scenario on a kernel on an architecture, under a memory model. Ids all. */
export interface Subject {
  readonly scenario: string;
  readonly kernel: string;
  readonly architecture: string;
  readonly model: string;
  /** Ordering sites with what stands in their place, `mm/rmap.c:try_to_unmap_one:smp_mb=dropped`; left out if none. */
  readonly weakened?: readonly string[];
}

/** What a scenario expects of a subject. */
export interface Expectation {
  readonly verdict: Verdict;
  /** Of a violation: the properties that must be violated, and the only ones that may. */
  readonly properties?: readonly string[];
  /** Why. */
  readonly because?: string;
}

/** What one run found out about its subject. */
export interface RunReport {
  readonly subject: Subject;
  readonly result: Result;
  readonly expected?: Expectation;
  /** Of a run that ended early: how far it came, and how much there is. */
  readonly extent?: Extent;
  /** What the kernel is modelled with though it came later. */
  readonly newerCode?: string;
}

/** The share that was explored, 0 to 1, and how many executions there are. */
export type Extent = Pick<Progress, 'explored' | 'estimate'>;

/** A subject that cannot be run, such as one with huge pages where the architecture has none. */
export interface Misfit {
  readonly subject: Subject;
  readonly because: string;
}

/** The verdicts that say that something goes wrong. */
export function isBroken({ verdict }: Result): boolean {
  return verdict === 'violated' || verdict === 'deadlock';
}

/**
 * What is violated other than expected, where something was to be violated: `: also use-after-free`, `: without
 * I-TLB`. One fault of a kernel may violate several properties.
 */
export function otherProperties({ result, expected }: RunReport): string {
  if (expected === undefined || !isBroken(result) || result.verdict !== expected.verdict) return '';
  const found = [...new Set(result.violations.map(({ property }) => property))];
  const { properties = found.filter((property) => property !== 'exception') } = expected;
  const also = found.filter((property) => !properties.includes(property));
  const without = properties.filter((property) => !found.includes(property));
  const text = (word: string, some: readonly string[]): string[] =>
    some.length === 0 ? [] : [`${word} ${some.join(', ')}`];
  const parts = [...text('also', also), ...text('without', without)];
  return parts.length === 0 ? '' : `: ${parts.join(', ')}`;
}

/**
 * Whether a run came out as its scenario expects.
 *
 * @returns undefined where nothing is expected, or where the run does not tell: it ended early
 * without a violation, or its situation never arose
 */
export function asExpected({ result, expected }: RunReport): boolean | undefined {
  if (expected === undefined) return undefined;
  if (isBroken(result)) {
    if (expected.verdict !== result.verdict) return false;
    const { properties } = expected;
    const found = new Set(result.violations.map(({ property }) => property));
    // Whatever else goes wrong is no excuse for a program that throws.
    if (properties === undefined) return !found.has('exception');
    if ([...found].some((property) => !properties.includes(property))) return false;
    if (properties.every((property) => found.has(property))) return true;
    // What was not found may still lie in what was not explored.
    return result.complete ? false : undefined;
  }
  if (result.verdict === expected.verdict) return true;
  return result.verdict === 'verified' ? false : undefined;
}
