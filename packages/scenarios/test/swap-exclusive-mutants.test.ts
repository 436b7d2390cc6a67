import { type Constructor, applyPatches, definePatch, type Kernel } from '@pagerace/kernel';
import { injectable, type Token } from '@pagerace/di';
import { COLLAPSE_REFERENCE_CHECK, type CollapseReferenceCheck } from '@pagerace/khugepaged';
import { UNMAP_FLUSH, UnmapFlush } from '@pagerace/rmap';
import { describe, expect, test } from 'vitest';
import { explored, registry, violatedBy } from './support/exploring.js';

/** A kernel with a fault at a seam. */
function mutant<T>(base: string, token: Token<T>, useClass: Constructor<NoInfer<T>>): Kernel {
  const provides = [{ token, useClass }] as const;
  const fault = definePatch({ id: 'mutant', title: 'A mutant', provides });
  return applyPatches(registry.kernel(base), [fault], 'mutant');
}

@injectable()
class NoFlushBeforeWrite extends UnmapFlush {
  override tryToUnmapFlushDirty(): void {}
}

// v5.19 and v6.0 flush an exclusive page at once, so that there is nothing left to flush.
test.each([
  ['v5.18', ['I-OWN', 'I-STABLE']],
  ['v5.19', []],
  ['v6.3', ['I-OWN', 'I-STABLE']],
])('B44: reclaim of %s must flush before it writes a dirty page: %s', (base, expected) => {
  const kernel = mutant(base, UNMAP_FLUSH, NoFlushBeforeWrite);
  expect(violatedBy({ scenario: 'swap-exclusive-stale-translation', kernel, model: 'sc' })).toEqual(
    expected,
  );
});

@injectable()
class AnyReferenceCount implements CollapseReferenceCheck {
  isRefcountSuitable(): boolean {
    return true;
  }
}

test.each(['mapped', 'cached'])(
  'B43: khugepaged must look at the references of a page that is %s',
  (page) => {
    const kernel = mutant('v6.3', COLLAPSE_REFERENCE_CHECK, AnyReferenceCount);
    const asItIs = { scenario: 'swap-exclusive-khugepaged', kernel: 'v6.3', parameters: { page } };
    expect(violatedBy(asItIs)).toEqual([]);
    const choice = { scenario: 'swap-exclusive-khugepaged', kernel, parameters: { page } };
    expect(violatedBy({ ...choice, model: 'sc' })).toEqual(['I-COH', 'I-COH & I-DIO']);
  },
);

describe('swapoff and the exclusive marker', () => {
  test.each([
    ['v5.19', []],
    ['v5.19+unuse-forgets-marker', ['I-COH & I-DIO']],
  ])('B5, B24: unuse_pte() of %s: %s', (kernel, expected) => {
    expect(violatedBy({ scenario: 'swap-exclusive-swapoff', kernel, model: 'sc' })).toEqual(
      expected,
    );
  });

  test.each([
    ['v5.19', 'x86', []],
    ['v5.19+swp-flags-keep-marker', 'x86', ['I8-SWAPOFF']],
    // Without the bit there is nothing to leave behind.
    ['v5.19+swp-flags-keep-marker', 'x86-32', []],
    ['v6.3+swp-flags-keep-marker', 'x86-32', ['I8-SWAPOFF']],
  ])('B25: pte_swp_clear_flags() of %s, %s: %s', (kernel, architecture, expected) => {
    const scenario = 'swap-exclusive-swapoff-marked';
    expect(violatedBy({ scenario, kernel, architecture, model: 'sc' })).toEqual(expected);
  });
});

test.each(['v5.8', 'v5.18', 'v5.19'])(
  'B46: a page of another CPU’s batch loses nothing, on %s',
  (kernel) => {
    const choice = { scenario: 'swap-exclusive-readahead', kernel, model: 'sc' };
    expect(explored({ ...choice, parameters: { readahead: 'meanwhile' } })).toMatchObject({
      verdict: 'verified',
      complete: true,
    });
  },
);

test('B22m: a fault does not go by a marker that its entry has lost meanwhile', () => {
  const choice = { scenario: 'swap-exclusive-stale-marker', kernel: 'v5.19', model: 'sc' };
  expect(explored(choice)).toMatchObject({ verdict: 'verified', complete: true });
});

test.each(['v5.18', 'v5.19', 'v6.3'])(
  'B27: a pinned page of the swap cache stays mapped, on %s',
  (kernel) => {
    expect(violatedBy({ scenario: 'swap-exclusive-pin-in-cache', kernel, model: 'sc' })).toEqual(
      [],
    );
  },
);
