import { arm64 } from '@pagerace/arch-arm64';
import { powerpcRadix } from '@pagerace/arch-powerpc';
import { w } from '@pagerace/arch-w';
import { x86 } from '@pagerace/arch-x86';
import { injectable } from '@pagerace/di';
import { type ArchitectureDefinition, applyPatches, kernelOf, definePatch } from '@pagerace/kernel';
import { COLLAPSE_REFERENCE_CHECK, type CollapseReferenceCheck } from '@pagerace/khugepaged';
import { type Page, pageCount, pageMapcount } from '@pagerace/page-model';
import { describe, expect, test } from 'vitest';
import { type Choice, compose, explored, violatedBy } from './support/exploring.js';

const v6_0 = kernelOf('v6.0');

const stale = ['I1-NoStalePin', 'I1-NoStalePin & I2-NoLostWrite'];

/** So many CPUs ask GUP-fast for the page that is collapsed. */
const walking = (
  walkers: number,
  architecture: ArchitectureDefinition,
  kernel: Choice['kernel'],
): Choice => ({
  scenario: 'gup-fast-collapse',
  kernel,
  architecture,
  model: architecture.model,
  parameters: { walkers },
});

describe('two walks', () => {
  test.each([
    { architecture: x86, kernel: 'v5.19', executions: 32 },
    { architecture: x86, kernel: 'v6.0', executions: 48 },
    { architecture: x86, kernel: 'v6.1', executions: 48 },
    { architecture: arm64, kernel: 'v6.0', executions: 1563 },
    { architecture: arm64, kernel: 'v6.1', executions: 48 },
    { architecture: powerpcRadix, kernel: 'v6.1', executions: 48 },
    { architecture: w, kernel: 'v6.1', executions: 48 },
  ])('on $architecture.id, $kernel, are as safe as one', ({ architecture, kernel, executions }) => {
    const result = explored(walking(2, architecture, kernel));
    expect(result).toMatchObject({ verdict: 'verified', complete: true, executions, blocked: 0 });
  });

  test.each([
    { architecture: arm64, kernel: 'v5.19' },
    { architecture: w, kernel: 'v6.0' },
    { architecture: arm64, kernel: 'v6.0+gup-fast-no-recheck' },
  ])('on $architecture.id, $kernel, are as unsafe as one', ({ architecture, kernel }) => {
    expect(violatedBy(walking(2, architecture, kernel))).toEqual(stale);
  });

  test('are a walk too many for a collapse that lets one reference pass', () => {
    @injectable()
    class OneReferenceTooMany implements CollapseReferenceCheck {
      isRefcountSuitable(page: Page): boolean {
        return pageCount(page) <= pageMapcount(page) + 1;
      }
    }
    const mutant = definePatch({
      id: 'one-reference-too-many',
      title: 'A mutant of the reference check',
      provides: [{ token: COLLAPSE_REFERENCE_CHECK, useClass: OneReferenceTooMany }],
    });
    const kernel = applyPatches(v6_0, [mutant], 'mutant');
    expect(violatedBy(walking(2, arm64, kernel)).join()).toContain(stale[0]);
  });
});

test.each([
  { walkers: 2, executions: 48 },
  { walkers: 3, executions: 1088 },
])('$walkers walks take as many executions where more pages are collapsed', (each) => {
  for (const ptes of [1, 2, 3]) {
    const parameters = { ptes, walkers: each.walkers };
    const result = explored({ ...walking(1, x86, 'v6.0'), parameters });
    expect(result).toMatchObject({ verdict: 'verified', executions: each.executions });
  }
});

test('one walk has the ids that it had before there could be more', () => {
  const fingerprint = (walkers: number): string => compose(walking(walkers, x86, v6_0)).fingerprint;
  expect(fingerprint(1)).toBe('gup-fast-collapse v6.0 x86 tso ptes=1');
  expect(fingerprint(2)).toBe(`${fingerprint(1)} walkers=2`);
});
