import { explanationOf } from './explanations.js';
import type { Explored } from './exploring.js';

/** The newest kernel: what it violates must be explained. */
export const NEWEST = 'v6.15';

/** What is wrong with an exploration; each a line. */
export function faultsOf(explored: Explored): readonly string[] {
  const { platform, result } = explored;
  if (result.verdict === 'model error') return [`model error: ${result.error ?? result.covers}`];
  return result.violations
    .filter(
      ({ property }) =>
        property === 'deadlock' ||
        (platform.kernel === NEWEST && explanationOf(explored, property) === undefined),
    )
    .map(({ property, message, witness }) => `${property}: ${message} (${witness.id})`);
}

/** The verdict in a few words: `✓ 12`, `✗ I5-PtlOwner`, `bounded 2,000`. */
export function toldInShort({ result }: Pick<Explored, 'result'>): string {
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
