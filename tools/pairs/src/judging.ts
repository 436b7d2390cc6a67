import type { Result, ViolationReport } from '@pagerace/explorer';
import type { Bounds, Explored } from './exploring.js';
import { type KnownRace, knownRaceOf } from './known-races.js';
import { failureOf } from './mending.js';

/** Something that an exploration has found. */
export interface Finding {
  readonly property: string;
  readonly message: string;
  /** The id of an execution that shows it; a model error has none. */
  readonly execution?: string;
  /** What it is, of a race that is known and that its patch mends. */
  readonly knownRace?: KnownRace;
  /** Why it is no known race, though it looks like one. */
  readonly because?: string;
}

/** What an exploration has found, known races among it. */
export function findingsOf(explored: Explored, bounds: Bounds): readonly Finding[] {
  const { verdict, error, covers, violations } = explored.result;
  if (verdict === 'model error') return [{ property: 'model error', message: error ?? covers }];
  return violations.map((violation) => findingOf(explored, violation, bounds));
}

function findingOf(
  explored: Explored,
  { property, message, witness: { id: execution } }: ViolationReport,
  bounds: Bounds,
): Finding {
  const race = knownRaceOf(explored, property);
  const failure = race === undefined ? undefined : failureOf(race, explored, bounds);
  return {
    property,
    message,
    execution,
    ...(failure === undefined ? {} : { because: failure }),
    ...(race === undefined || failure !== undefined ? {} : { knownRace: race }),
  };
}

/** The verdict in a few words: `✓ 12`, `✗ I5-PtlOwner`, `bounded 2,000`. */
export function toldInShort({ result }: { readonly result: Result }): string {
  const all = result.executions.toLocaleString('en');
  switch (result.verdict) {
    case 'verified':
      return `✓ ${all}`;
    case 'bounded':
      return `bounded ${all}`;
    case 'violated':
    case 'deadlock':
      return `✗ ${[...new Set(result.violations.map(({ property }) => property))].join(', ')}`;
    default:
      return result.verdict;
  }
}
