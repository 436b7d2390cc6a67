import { expectationOf } from '@pagerace/kernel';
import { describe, expect, test } from 'vitest';
import { explored, registry } from './support/exploring.js';

/** Scenarios with thousands of executions: there a few kernels must do. */
const large = [
  'madv-free-after-submit',
  'madv-free-dio-batch',
  'madv-free-dio-two-pages',
  'stale-tlb-deferred-flush',
  'swap-exclusive-stable-writeback',
  'swap-exclusive-swapoff-swap-in',
  'swap-exclusive-swapoff-synchronous',
  'swap-exclusive-stable-read-first',
  'swap-exclusive-dirty-in-cache',
  'swap-exclusive-synchronous',
  'swap-exclusive-writeback',
  'swap-exclusive-migration-unmapped',
];

/** Not explored whole: a thread is cut off before the fix. The tests of swap devices look for its first violation. */
const endless = ['swap-exclusive-slot-reuse'];

const kernels = [...registry.kernels.map(({ id }) => id), 'v5.17-rc2+madv-free-refcount-check'];

describe.each(registry.scenarios)('$id', (scenario) => {
  const isLarge = large.includes(scenario.id);
  const tested = endless.includes(scenario.id) ? [] : isLarge ? ['v5.17-rc2', 'v6.15'] : kernels;
  const models = isLarge ? ['tso'] : ['sc', 'tso'];
  const stated = tested.flatMap((kernel) => {
    const expectation = expectationOf(scenario, registry.kernel(kernel), 'x86');
    return expectation === undefined ? [] : [{ kernel, expectation }];
  });

  test('says what it is about', () => {
    expect(scenario.description.length).toBeGreaterThan(80);
    expect(scenario.properties.map(({ id }) => id)).toContain('I-REF');
  });

  // What goes wrong on one architecture alone may leave the choice to the reader.
  const onOneAlone = scenario.id === 'gup-fast-munmap';
  const wrong = scenario.expected.filter(({ verdict }) => verdict === 'violated');
  test.runIf(wrong.length > 0 && !onOneAlone)('goes wrong where no architecture is named', () => {
    const { defaultArchitecture = 'x86' } = scenario;
    const where = wrong.map(({ architectures = [defaultArchitecture] }) => architectures);
    expect(where.flat()).toContain(defaultArchitecture);
  });

  test.runIf(stated.length > 0)('shows what it expects', () => {
    for (const { kernel, expectation } of stated) {
      for (const model of models) {
        const result = explored({ scenario: scenario.id, kernel, model });
        const what = `${kernel}, ${model}: ${result.covers}`;
        expect(result.verdict, what).toBe(expectation.verdict);
        expect(result.complete, what).toBe(true);
        const properties = new Set(result.violations.map(({ property }) => property));
        expect([...properties].sort(), what).toEqual(expectation.properties ?? []);
      }
    }
  });
});
