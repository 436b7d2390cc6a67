import type { Program } from '@pagerace/explorer';
import { defineScenario, type ScenarioContext } from '@pagerace/kernel';
import { walkToPte } from '@pagerace/page-model';
import { freeSlotOfFailedUnmap, RMAP, savePageMetadata } from '@pagerace/rmap';
import { SWAP } from '@pagerace/swap';
import { Judge, swapStoreProperties } from './judge.js';
import { entryIsPutBack } from './properties.js';
import { SwapRace } from './swap-race.js';
import { ADDRESS } from './user-page.js';

const properties = [entryIsPutBack, ...swapStoreProperties];

const what =
  'Reclaim puts a page into the swap cache and clears its entry, and then cannot put a swap entry into its place. ' +
  'Meanwhile the process stores to the page, and loads from it. ';

/** @param fail makes one unmapping fail. During set-up */
function build(context: ScenarioContext<unknown>, fail: () => void): Program {
  const { arch, machine, property } = context;
  const race = new SwapRace(context);
  const { ptep } = walkToPte(race.mm, ADDRESS)!;
  const before = machine.boot(() => ptep.read());
  fail();
  machine.cpu(0).run('app', () => {
    race.store('hi');
    return race.load('hi');
  });
  race.runReclaim();
  return machine.program(({ app }) => {
    const judge = new Judge(context, race);
    // The process has used the page, so that it is young in any case.
    judge.demand(
      property(entryIsPutBack.id),
      arch.pteSame(arch.pteMkyoung(ptep.read()), arch.pteMkyoung(before)),
      () => 'the entry has other bits than before it was cleared',
    );
    judge.store(app as number);
    judge.state();
    judge.conclude();
  });
}

export const swapExclusiveFailedArchUnmap = defineScenario({
  id: 'swap-exclusive-failed-arch-unmap',
  title: 'B28: a page whose unmapping fails in arch_unmap_one()',
  description:
    what +
    'arch_unmap_one() fails, as it may on sparc, which saves the ADI tags of the page there: the slot has been counted ' +
    'by then.',
  machine: { cpus: 2, pages: 5 },
  needs: () => [savePageMetadata],
  properties,
  expected: [
    {
      with: [freeSlotOfFailedUnmap],
      verdict: 'verified',
      because: '322842ea3c72: swap_free() takes the count of the slot back',
    },
    {
      with: [savePageMetadata],
      without: [freeSlotOfFailedUnmap],
      verdict: 'violated',
      properties: ['I-SWAPMAP'],
      because: '322842ea3c72: swap_duplicate() is not undone, and the slot is never free again',
    },
  ],
  build: (context) => build(context, () => context.get(RMAP).failArchUnmapOne()),
});

export const swapExclusiveFailedDuplicate = defineScenario({
  id: 'swap-exclusive-failed-duplicate',
  title: 'B28d: a page whose unmapping fails in swap_duplicate()',
  description:
    what + 'swap_duplicate() fails, where the count of the slot needs a continuation page.',
  machine: { cpus: 2, pages: 5 },
  properties,
  expected: [
    {
      verdict: 'verified',
      because: 'try_to_unmap_one() puts the entry back, and nothing is counted',
    },
  ],
  build: (context) => build(context, () => context.get(SWAP).failSwapDuplicate()),
});
