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

/** The device has still to read the page; and the process takes its page to swap once more, before it loads. */
function buildAgain(
  context: ScenarioContext<{ readonly first: 'load' | 'store' }>,
  kind: SwapDeviceKind,
): Program {
  const { machine, parameters } = context;
  const race = new SwapRace(context, { swap: kind });
  race.runWriteback();
  machine.cpu(0).run('app', () => {
    if (parameters.first === 'load') race.load('hi');
    race.store('hi');
    race.age();
    race.reclaim();
    return race.loadBoth();
  });
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

export const swapExclusiveStableReadFirst: Scenario = defineScenario({
  id: 'swap-exclusive-stable-read-first',
  title:
    'B37: a load while a device that needs stable pages writes the page, then a store, and reclaim again',
  description:
    'Reclaim has unmapped the page of a process, which is in the swap cache and dirty, and writes it out on CPU 1. The ' +
    'process on CPU 0 loads, which drops the marker while the device reads the page; it stores, reclaims its page once more, and ' +
    'loads. Whether the store comes before or after the end of the writeback, nothing of it may be lost, and the page ' +
    'may not change under the device.',
  parameters: { first },
  machine: { cpus: 1, pages: 5 },
  properties: [...swapStoreProperties, stableWhileWritten],
  expected: [
    {
      with: [swpExclusiveV2],
      verdict: 'violated',
      properties: [stableWhileWritten.id],
      because: 'its test drops the marker for every device but one that needs stable pages',
    },
    { verdict: 'verified', because: 'without a marker the references decide, after the writeback' },
  ],
  build: (context) => buildAgain(context, 'checksumming-disk'),
});

export const swapExclusiveDirtyInCache: Scenario = defineScenario({
  id: 'swap-exclusive-dirty-in-cache',
  title: 'B40: a store to a page in the swap cache that a plain disk writes, and reclaim again',
  description:
    'Reclaim has unmapped the page of a process, which is in the swap cache and dirty, and writes it out on CPU 1. The process on CPU 0 ' +
    'stores to the page, which may be mapped writable and exclusive, under writeback and in the swap cache. Reclaim comes across it ' +
    'again, which must write the page once more: its entry is dirty. If that is lost, the process reads old data back.',
  parameters: { first },
  machine: { cpus: 1, pages: 5 },
  properties: swapStoreProperties,
  expected: [
    { verdict: 'verified', because: 'try_to_unmap_one() makes the page of a dirty entry dirty' },
  ],
  build: (context) => buildAgain(context, 'disk'),
});
