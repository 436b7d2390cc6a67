import { describe, expect, it } from 'vitest';
import { type ReferenceModel, type Tag } from '../../src/index.js';
import { classic, type Orders } from './shapes.js';

/** Names of tests, apart by white space. */
export interface Verdicts {
  /** Where the verdicts come from. */
  readonly source: string;
  readonly never?: string;
  readonly sometimes?: string;
}

/** Has the model judge each test, and compares. */
export function expectVerdicts(
  model: ReferenceModel,
  orders: Orders,
  verdicts: readonly Verdicts[],
  tags: readonly Tag[] = [],
): void {
  describe.each(verdicts)(`${model.id}: $source`, ({ never, sometimes }) => {
    const rows = [
      ...words(never).map((name) => [name, 'Never'] as const),
      ...words(sometimes).map((name) => [name, 'Sometimes'] as const),
    ];
    it.each(rows)('%s: %s', (name, verdict) => {
      const judgement = model.check(classic(name, orders, tags));
      expect(judgement.consistent ? 'Sometimes' : 'Never').toBe(verdict);
    });
  });
}

function words(text = ''): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}
