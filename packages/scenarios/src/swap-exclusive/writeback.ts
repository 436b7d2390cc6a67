import {
  choiceParameter,
  defineScenario,
  type Scenario,
  type ScenarioContext,
} from '@pagerace/kernel';
import type { Program } from '@pagerace/explorer';
import { swpExclusiveV2 } from '@pagerace/rmap';
import type { SwapDeviceKind } from '@pagerace/swap';
import { judgeStore, swapStoreProperties } from './judge.js';
import { stableWhileWritten } from './properties.js';
import { SwapRace } from './swap-race.js';
import type { Loaded } from './user-page.js';

const first = choiceParameter('what the process does first while its page is written', [
  'load',
  'store',
]);

const DESCRIPTION =
  'Reclaim has unmapped the page of a process, which is in the swap cache and dirty. On CPU 1 it writes the ' +
  'page out; the device reads it half by half, and ends the writeback. On CPU 0 the process stores to one ' +
  'half, with a load before it if so wished: do_swap_page() finds the page in the swap cache, under ' +
  'writeback maybe. Nobody else refers to the page.';

function build(
  context: ScenarioContext<{ readonly first: 'load' | 'store' }>,
  kind: SwapDeviceKind,
): Program {
  const { machine, parameters } = context;
  const race = new SwapRace(context, { swap: kind });
  machine.boot(() => {
    race.unmapIntoCache();
  });
  machine.cpu(0).run('app', () => {
    if (parameters.first === 'load') race.load('hi');
    race.store('hi');
    return race.loadBoth();
  });
  race.runReclaim();
  return machine.program(({ app }) => {
    judgeStore(context, race, app as Loaded);
  });
}

export const swapExclusiveStableWriteback: Scenario = defineScenario({
  id: 'swap-exclusive-stable-writeback',
  title: 'B12: a store while a swap device that needs stable pages writes the page',
  description: `${DESCRIPTION} The device computes a checksum, or compresses: the page must not change till it is done.`,
  parameters: {
    first,
    device: choiceParameter('the swap device', ['checksumming-disk', 'zram']),
  },
  machine: { cpus: 2, pages: 5 },
  properties: [...swapStoreProperties, stableWhileWritten],
  expected: [
    {
      with: [swpExclusiveV2],
      verdict: 'violated',
      properties: [stableWhileWritten.id],
      because: 'its test drops the marker for every device but one that needs stable pages',
    },
    { verdict: 'verified', because: 'a page under writeback is mapped read-only, and then copied' },
  ],
  build: (context) => build(context, context.parameters.device),
});

export const swapExclusiveWriteback: Scenario = defineScenario({
  id: 'swap-exclusive-writeback',
  title: 'B13: a store while a plain disk writes the page',
  description: `${DESCRIPTION} The disk does not mind: what it has written of the page is of no use, and the page is dirty again.`,
  parameters: { first },
  machine: { cpus: 2, pages: 5 },
  properties: swapStoreProperties,
  expected: [
    { verdict: 'verified', because: 'who stores makes the page, or its entry, dirty again' },
  ],
  build: (context) => build(context, 'disk'),
});
