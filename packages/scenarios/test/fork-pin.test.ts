import { arm64 } from '@pagerace/arch-arm64';
import { powerpcRadix } from '@pagerace/arch-powerpc';
import { riscv, riscvQspinlock } from '@pagerace/arch-riscv';
import { x86 } from '@pagerace/arch-x86';
import { ANON_DUP_RULE, type AnonDupRule } from '@pagerace/cow';
import { inject, injectable } from '@pagerace/di';
import { explore } from '@pagerace/explorer';
import { type ArchitectureDefinition, applyPatches, kernelOf, definePatch } from '@pagerace/kernel';
import { ClearPageAnonExclusive, getPage, type Page } from '@pagerace/page-model';
import { RMAP, type Rmap } from '@pagerace/rmap';
import { describe, expect, test } from 'vitest';
import { compose, violatedBy } from './support/exploring.js';

const v6_15 = kernelOf('v6.15');

const scenario = 'gup-fast-fork-pin';
const barrier = '+fork-write-protect-full-barrier';

type Parameters = Readonly<Partial<Record<'table' | 'pins' | 'page', string>>>;

function verdict(
  architecture: ArchitectureDefinition,
  kernel: string,
  parameters: Parameters,
): string {
  const { model } = architecture;
  const run = compose({ scenario, kernel, architecture, model, parameters });
  return explore(run.setup, { model: run.model, strategy: 'first violation' }).verdict;
}

/** The kernel’s own model. */
const lkmm = { ...x86, model: 'lkmm' };

describe('the first pin of a process, of a small page, on v6.15', () => {
  // C-fork-pin-flag: a write barrier and two locks order no later load.
  test('may be missed by the kernel’s own model, whether a lock is released in between or not', () => {
    expect(verdict(lkmm, 'v6.15', {})).toBe('violated');
    expect(verdict(lkmm, 'v6.15', { table: 'new' })).toBe('violated');
    expect(verdict(lkmm, `v6.15${barrier}`, {})).toBe('verified');
  });

  // A release and a later acquire are in order there; a store and two later acquires are not.
  test('may be missed on arm64 where no table is allocated for the child', () => {
    expect(verdict(arm64, 'v6.15', {})).toBe('violated');
    expect(verdict(arm64, 'v6.15', { table: 'new' })).toBe('verified');
  });

  test('may be missed on POWER in any case', () => {
    expect(verdict(powerpcRadix, 'v6.15', { table: 'new' })).toBe('violated');
  });

  test('may be missed on RISC-V with queued spinlocks, not with ticket locks', () => {
    expect(verdict(riscvQspinlock, 'v6.15', { table: 'new' })).toBe('violated');
    expect(verdict(riscv, 'v6.15', { table: 'new' })).toBe('verified');
  });
});

describe('a later pin', () => {
  // Fork adds to the very counter that has the pins, so that one of the two reads from the other.
  test('of a small page is seen since v5.19, where fork takes its reference first', () => {
    const parameters = { table: 'new', pins: 'again' };
    expect(verdict(lkmm, 'v5.18', parameters)).toBe('violated');
    expect(verdict(lkmm, 'v5.18+try-dup-anon-rmap', parameters)).toBe('verified');
    expect(verdict(lkmm, 'v6.15', parameters)).toBe('verified');
    expect(verdict(arm64, 'v5.18', parameters)).toBe('violated');
  });

  // C-fork-pin-large: fork only reads compound_pincount.
  test('of a huge page may be missed still', () => {
    expect(verdict(lkmm, 'v6.15', { table: 'new', pins: 'again', page: 'huge' })).toBe('violated');
    expect(verdict(arm64, 'v6.15', { pins: 'again', page: 'huge' })).toBe('violated');
  });

  // 088b8aa537c2: GUP-fast adds to compound_pincount before it looks at the sequence.
  test('of a huge page needs the barrier of v6.1 on the side of GUP-fast, too', () => {
    const parameters = { table: 'new', pins: 'again', page: 'huge' };
    expect(verdict(lkmm, `v6.0${barrier}`, parameters)).toBe('violated');
    expect(verdict(lkmm, `v6.1${barrier}`, parameters)).toBe('verified');
    expect(verdict(arm64, 'v6.0', parameters)).toBe('violated');
    expect(verdict(arm64, 'v6.1', parameters)).toBe('verified');
  });
});

/** Does not look whether the page may be pinned. */
@injectable()
class NoLook implements AnonDupRule {
  constructor(@inject(RMAP) private readonly rmap: Rmap) {}

  tryDup(page: Page, compound: boolean): boolean {
    getPage(page);
    ClearPageAnonExclusive(page);
    this.rmap.pageDupRmap(page, compound);
    return true;
  }
}

test.each(['small', 'huge'])(
  'a fork that does not look at the pins of a %s page is caught',
  (page) => {
    const mutant = definePatch({
      id: 'mutant',
      title: 'A fork that looks at no pin',
      provides: [{ token: ANON_DUP_RULE, useClass: NoLook }],
    });
    const kernel = applyPatches(v6_15, [mutant], 'mutant');
    const violated = violatedBy({
      scenario,
      kernel,
      model: 'sc',
      parameters: { page, pins: 'again' },
    });
    expect(violated.join()).toContain('I1-NoStalePin');
  },
);
