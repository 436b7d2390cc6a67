import { describe, expect, test } from 'vitest';
import { explored, violatedBy } from './support/exploring.js';

const newest = 'v6.15';

const violated = (
  scenario: string,
  kernel: string,
  parameters: Readonly<Record<string, unknown>> = {},
): readonly string[] => violatedBy({ scenario, kernel, parameters });

describe('a page that leaves its file under a reference', () => {
  test.each(['truncate', 'punch'])('is another one’s place, which is allowed: %s', (how) => {
    const { verdict, observations } = explored({
      scenario: 'file-gup-replaced',
      kernel: newest,
      parameters: { how },
    });
    expect(verdict).toBe('verified');
    expect(observations?.map(({ property }) => property)).toEqual(['I-COH-F', 'I-SEEN']);
  });

  // C7: the documentation of get_user_pages() says set_page_dirty().
  test.each(['file-gup-truncated', 'file-gup-truncated-journal'])(
    'is made dirty under the page lock without a fault: %s',
    (scenario) => {
      for (const kernel of ['v4.4', newest])
        expect(violated(scenario, kernel, { lock: 'set_page_dirty_lock' })).toEqual([]);
    },
  );

  test('is a BUG() in the report’s kernel, and no longer with 2f18be363c33', () => {
    const scenario = 'file-gup-truncated-journal';
    expect(violated(scenario, 'v4.4')).toContain('BUG_ON');
    expect(violated(scenario, 'v4.4+dirty-nobuffers-no-bug')).toEqual(['I-BUF']);
    expect(violated(scenario, 'v5.14^dirty-nobuffers-no-bug')).toContain('BUG_ON');
  });
});

test.each(['before', 'at any time'])('C19: a page that is held does not migrate: %s', (when) => {
  for (const reference of ['get', 'pin'])
    expect(violated('file-gup-migrated', newest, { when, reference })).toEqual([]);
});

describe('C16', () => {
  test.each(['get', 'pin'])(
    'the block of a page of DAX that is held is given away: %s',
    (reference) => {
      const parameters = { when: 'before', reference };
      expect(violated('file-gup-dax', 'v4.18', parameters)).toEqual(['I-BLOCK']);
      expect(violated('file-gup-dax', 'v4.18+ext4-break-layouts', parameters)).toEqual([]);
      expect(violated('file-gup-dax', newest, parameters)).toEqual([]);
    },
  );
});
