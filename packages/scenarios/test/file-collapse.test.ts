import { arm64 } from '@pagerace/arch-arm64';
import { powerpcHash } from '@pagerace/arch-powerpc';
import { wNoRcu } from '@pagerace/arch-w';
import { x86 } from '@pagerace/arch-x86';
import type { ArchitectureDefinition } from '@pagerace/kernel';
import { describe, expect, test } from 'vitest';
import { violatedBy } from './support/exploring.js';

const junk = 'I4a-NoJunkRead';
const outcome = (
  scenario: string,
  kernel: string,
  architecture: ArchitectureDefinition,
): readonly string[] => violatedBy({ scenario, kernel, architecture, model: architecture.model });

// The table that is retracted is freed after a grace period only: do_set_pmd() needs another one.
describe('where a huge page of a file is mapped with a page table deposited', () => {
  test.each([
    ['v6.1+retract-by-rcu', ['I5-PtlOwner']],
    ['v6.6', []],
  ])('a fault finds a page table to deposit while one is retracted: %s', (kernel, violated) => {
    expect(outcome('gup-slow-retract', kernel, powerpcHash)).toEqual(violated);
  });
});

describe('the page table of the pages of a huge one', () => {
  const scenario = 'gup-fast-collapse-pte-mapped';

  test('is freed under a walk for which nobody waits, with its entries in it', () => {
    // Before the second look what is found there is given out, which happens to be right.
    expect(outcome(scenario, 'v5.19', arm64)).toEqual([`${junk} & I4b-NoJunkReturned`]);
    expect(outcome(scenario, 'v6.0', arm64)).toEqual([junk]);
  });

  test('is waited for by the interrupt of the flush, or of 2ba99c5e0881', () => {
    expect(outcome(scenario, 'v5.19', x86)).toEqual([]);
    expect(outcome(scenario, 'v6.1', arm64)).toEqual([]);
    expect(outcome(scenario, 'v6.1', wNoRcu)).toContain(junk);
  });

  test('is freed after a grace period since v6.6, where nothing interrupts, too', () => {
    for (const architecture of [x86, arm64, wNoRcu]) {
      expect(outcome(scenario, 'v6.6', architecture), architecture.id).toEqual([]);
    }
  });
});
