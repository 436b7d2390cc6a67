import type { GupFastWalk } from '@pagerace/gup';
import type { ScenarioContext } from '@pagerace/kernel';
import { Findings } from '../findings.js';
import { noJunkRead, noJunkReturned } from './properties.js';

/** Judges which page tables walks of GUP-fast have read. */
export function judgeTables(
  context: ScenarioContext<unknown>,
  walks: readonly GupFastWalk[],
): void {
  const findings = new Findings();
  for (const { readJunk, page } of walks) {
    findings.demand(
      context.property(noJunkRead.id),
      !readJunk,
      () => 'GUP-fast has read an entry in a page table that is not that of its address any more',
    );
    findings.demand(
      context.property(noJunkReturned.id),
      !readJunk || page === undefined,
      () => `GUP-fast has given out ${page?.name ?? ''}, which it has found in no page table`,
    );
  }
  findings.conclude();
}
