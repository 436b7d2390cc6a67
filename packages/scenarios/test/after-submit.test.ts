import { explore } from '@pagerace/explorer';
import { describe, expect, test } from 'vitest';
import type { Reclaimed } from '../src/madv-free/direct-read-race.js';
import { compose } from './support/exploring.js';

/** What the load after the read returned, whether the page was discarded, and whether it was freed. */
function outcomes(kernel: string): ReadonlySet<string> {
  const run = compose({ scenario: 'madv-free-after-submit', kernel });
  const seen = new Set<string>();
  const result = explore(
    () => {
      const program = run.setup();
      return {
        ...program,
        finally: (endings) => {
          const [app, advisor] = endings as readonly { readonly value: unknown }[];
          const { freed, decisions } = advisor!.value as Reclaimed;
          const fate = decisions[0]?.fate ?? 'never met';
          seen.add(`${String(app!.value)}, ${fate}, ${freed === 1 ? 'freed' : 'kept'}`);
          program.finally?.(endings);
        },
      };
    },
    { model: run.model },
  );
  expect(result.verdict).toBe('verified');
  return seen;
}

describe('MADV_FREE while a read is under way', () => {
  test('may cost the data before the fix, discarded from under the request', () => {
    expect(outcomes('v5.17-rc2')).toContain('0, discard, kept');
  });

  test('costs it after the fix only when the request has let go of the page', () => {
    const seen = outcomes('v5.18');
    expect(seen).toContain('0, discard, freed');
    expect([...seen].filter((outcome) => outcome.endsWith('discard, kept'))).toEqual([]);
  });

  test('leaves a page that is held lazyfree since v6.15', () => {
    expect(outcomes('v6.15')).toContain('121, remap, still lazyfree, kept');
  });
});
