import { defineScenario } from '@pagerace/kernel';
import { claimSkippedSwapCache, skipSwapCache } from '@pagerace/swap';
import { ownStoreIsKept } from './properties.js';
import { LO, SwapDeviceRace, swapDeviceProperties, type Halves } from './swap-device-race.js';

const STORED = 0x63;

export const swapExclusiveSynchronous = defineScenario({
  id: 'swap-exclusive-synchronous',
  title: 'B20: a page comes in from zram, past the swap cache',
  description:
    'Reclaim on CPU 1 swaps the page of a process out to zram, and frees it. On CPU 0 the process loads from ' +
    'the page and stores to it: if it is in the swap cache still, it is found there; otherwise do_swap_page() ' +
    'reads it into a page of its own, which nobody else can find (since v4.15).',
  machine: { cpus: 2, pages: 5 },
  properties: swapDeviceProperties,
  expected: [{ verdict: 'verified', because: 'a page that the fault has made is exclusive' }],
  build(context) {
    const { machine } = context;
    const race = new SwapDeviceRace(context, { pages: 2, kind: 'zram' });
    race.unmap();
    machine.cpu(0).run('app', () => {
      race.loadHi();
      race.storeHi(STORED);
      return race.load();
    });
    machine.cpu(1).run('reclaim', () => race.reclaim());
    return machine.program(({ app }) => {
      race.judge(app as Halves, [LO, STORED]);
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
  properties: swapDeviceProperties,
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
    const race = new SwapDeviceRace(context, { pages: 2, kind: 'zram' }, [0, 1]);
    race.swapOut();
    machine.cpu(0).run('reader', () => race.faultHi());
    machine.cpu(1).run('writer', () => {
      race.storeHi(STORED);
      race.age();
      race.reclaim();
    });
    return machine.program(() => {
      race.judge(race.final(), [LO, STORED]);
    });
  },
});
