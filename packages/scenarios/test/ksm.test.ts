import { arm64 } from '@pagerace/arch-arm64';
import { s390 } from '@pagerace/arch-s390';
import { w } from '@pagerace/arch-w';
import { x86 } from '@pagerace/arch-x86';
import { explore } from '@pagerace/explorer';
import type { ArchitectureDefinition } from '@pagerace/kernel';
import { describe, expect, test } from 'vitest';
import { compose } from './support/exploring.js';

function verdict(architecture: ArchitectureDefinition, kernel: string, reference: string): string {
  const { setup, model } = compose({
    scenario: 'swap-exclusive-ksm-gup-fast',
    kernel,
    architecture,
    model: architecture.model,
    parameters: { reference },
  });
  return explore(setup, { model, strategy: 'first violation' }).verdict;
}

describe('a reference that GUP-fast takes while ksmd write-protects the page', () => {
  // x86: a locked instruction clears the entry; arm64: dsb(ish) ends the flush.
  test.each([x86, arm64])('is seen on $id', (architecture) => {
    for (const reference of ['get', 'pin'])
      expect(verdict(architecture, 'v5.17', reference)).toBe('verified');
  });

  // s390: the plain store behind IPTE waits in the store buffer. w: nothing orders the two.
  test.each([s390, w])('may be missed on $id', (architecture) => {
    for (const reference of ['get', 'pin'])
      expect(verdict(architecture, 'v5.17', reference)).toBe('violated');
  });

  // 088b8aa537c2: the barrier of page_try_share_anon_rmap() is behind the comparison of the counts.
  test.each([s390, w])('is seen on $id since v6.1 if it is a pin', (architecture) => {
    expect(verdict(architecture, 'v5.19', 'pin')).toBe('violated');
    expect(verdict(architecture, 'v6.1', 'pin')).toBe('verified');
    expect(verdict(architecture, 'v6.1', 'get')).toBe('violated');
  });
});
