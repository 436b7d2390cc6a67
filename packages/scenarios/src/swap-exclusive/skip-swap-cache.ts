import { defineScenario } from '@pagerace/kernel';
import { claimSkippedSwapCache, skipSwapCache } from '@pagerace/swap';
import { ownStoreIsKept } from './properties.js';
import { judgeStore, swapStoreProperties } from './judge.js';
import { SwapRace } from './swap-race.js';
import type { Loaded } from './user-page.js';

export const swapExclusiveSynchronous = defineScenario({
  id: 'swap-exclusive-synchronous',
  title: 'B20: a page comes in from zram, past the swap cache',
  description:
    'Reclaim on CPU 1 swaps the page of a process out to zram, and frees it. On CPU 0 the process loads from ' +
    'the page and stores to it: if it is in the swap cache still, it is found there; otherwise do_swap_page() ' +
    'reads it into a page of its own, which nobody else can find (since v4.15).',
  machine: { cpus: 2, pages: 5 },
  properties: swapStoreProperties,
  expected: [{ verdict: 'verified', because: 'a page that the fault has made is exclusive' }],
  build(context) {
    const { machine } = context;
    const race = new SwapRace(context, { swap: 'zram' });
    machine.boot(() => {
      race.unmapIntoCache();
    });
    machine.cpu(0).run('app', () => {
      race.load('hi');
      race.store('hi');
      return race.loadBoth();
    });
    race.runReclaim();
    return machine.program(({ app }) => {
      judgeStore(context, race, app as Loaded);
    });
  },
});

export const swapExclusiveSlotReuse = defineScenario({
  id: 'swap-exclusive-slot-reuse',
  title: 'B21: two threads read a slot of zram in, which is given out again meanwhile',
  description:
    'The page of a process is swapped out to zram. Two of its threads fault on it, and each reads the slot ' +
    'into a page of its own. One wins, stores to its page, and its CPU swaps that out again: the slot is ' +
    'free, and given out first. The other finds the very entry that it began with (pte_same()), and maps ' +
    'what it has read before the store.',
  machine: { cpus: 2, pages: 5 },
  needs: () => [skipSwapCache],
  properties: swapStoreProperties,
  expected: [
    {
      with: [claimSkippedSwapCache],
      verdict: 'verified',
      because: 'the slot is not given out again while a fault has claimed it',
    },
    {
      with: [skipSwapCache],
      verdict: 'violated',
      properties: [ownStoreIsKept.id],
      because: 'pte_same() cannot tell an entry from one that has the same slot again',
    },
  ],
  build(context) {
    const { machine } = context;
    const race = new SwapRace(context, { swap: 'zram', cpus: [0, 1] });
    machine.boot(() => {
      race.swapOut();
    });
    machine.cpu(0).run('reader', () => race.fault());
    machine.cpu(1).run('writer', () => {
      race.store('hi');
      race.age();
      race.reclaim();
    });
    return machine.program(() => {
      judgeStore(context, race, race.atEnd());
    });
  },
});
