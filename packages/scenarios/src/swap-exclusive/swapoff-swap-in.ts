import type { Program } from '@pagerace/explorer';
import { SWAPOFF } from '@pagerace/fault';
import { defineScenario, type ScenarioContext } from '@pagerace/kernel';
import {
  guardSwapFaults,
  guardSwapLookups,
  skipSwapCache,
  type SwapDeviceKind,
} from '@pagerace/swap';
import { judgeStore, swapStoreProperties } from './judge.js';
import { SwapRace } from './swap-race.js';

const what =
  'On CPU 0 a process stores to its page, which is unmapped; on CPU 1 swapoff brings the page back, finds that no slot ' +
  'is used, and frees the tables of the device: swap_map[], the swap cache and where the slots are. do_swap_page() has ' +
  'read the entry without a lock by then. ';

function build(context: ScenarioContext<unknown>, kind: SwapDeviceKind): Program {
  const { machine } = context;
  const race = new SwapRace(context, { swap: kind });
  const swapoff = context.get(SWAPOFF);
  machine.boot(() => {
    if (kind === 'zram') race.swapOut();
    else race.unmapIntoCache();
  });
  machine.cpu(0).run('app', () => race.store('hi'));
  machine.cpu(1).run('swapoff', () => swapoff.swapoff(2));
  return machine.program(() => judgeStore(context, race, race.atEnd()));
}

export const swapExclusiveSwapoffSwapIn = defineScenario({
  id: 'swap-exclusive-swapoff-swap-in',
  title: 'B47: swapoff against a swap-in',
  description:
    what +
    'The page is in the swap cache. Once the fault has it locked, swapoff waits for that; what is guarded is the search.',
  machine: { cpus: 2, pages: 4 },
  properties: swapStoreProperties,
  expected: [
    {
      without: [guardSwapLookups],
      verdict: 'violated',
      properties: ['use-after-free'],
      because: 'eb085574a752: lookup_swap_cache() and swapcache_prepare() use what is freed',
    },
    {
      with: [guardSwapLookups],
      verdict: 'verified',
      because: 'eb085574a752: swapoff waits for each look at the tables',
    },
  ],
  build: (context) => build(context, 'zswap'),
});

export const swapExclusiveSwapoffSynchronous = defineScenario({
  id: 'swap-exclusive-swapoff-synchronous',
  title: 'B47z: swapoff of zram against a swap-in past the swap cache',
  description:
    what +
    'The device has the page. The fault reads the slot into a page of its own, so that nothing but the entry keeps the slot used, and swapoff takes that.',
  machine: { cpus: 2, pages: 4 },
  needs: () => [skipSwapCache],
  properties: swapStoreProperties,
  expected: [
    {
      with: [guardSwapFaults],
      verdict: 'verified',
      because: '2799e77529c2: swapoff waits for put_swap_device() at the end of do_swap_page()',
    },
    {
      with: [skipSwapCache],
      verdict: 'violated',
      properties: ['use-after-free'],
      because: '2799e77529c2: swapoff does not wait for a fault that reads past the swap cache',
    },
  ],
  build: (context) => build(context, 'zram'),
});
