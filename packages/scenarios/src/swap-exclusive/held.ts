import type { Program } from '@pagerace/explorer';
import { defineScenario, type ScenarioContext } from '@pagerace/kernel';
import type { Page } from '@pagerace/page-model';
import { swpExclusive } from '@pagerace/rmap';
import { keepPinnedFromSwap } from '@pagerace/vmscan';
import { x86PteSwpExclusive } from '@pagerace/arch-x86';
import { directReadIsSeen } from '../madv-free/properties.js';
import { Judge, swapProperties, swapReadProperties, swapStoreProperties } from './judge.js';
import { ownStoreIsKept, pinnedStaysMapped } from './properties.js';
import { SwapRace } from './swap-race.js';

const read = { write: true };
const pinned = { write: true, pin: true };

/** Once `setUp` is done, the process stores to the upper half while the device writes the lower one. */
function build(
  context: ScenarioContext<unknown>,
  pin: boolean,
  setUp: (race: SwapRace) => Page,
): Program {
  const { machine } = context;
  const race = new SwapRace(context);
  const page = machine.boot(() => setUp(race));
  machine.cpu(0).run('app', () => {
    race.store('hi');
    return race.load('hi');
  });
  machine.agent('device').run(() => {
    race.deviceWrites(page);
  });
  return machine.program(({ app }) => {
    const judge = new Judge(context, race);
    if (pin) judge.pinned(page);
    else judge.held(page);
    judge.store(app as number);
    judge.state();
    judge.conclude();
  });
}

const pinProperties = [directReadIsSeen, pinnedStaysMapped, ...swapStoreProperties];

export const swapExclusivePin = defineScenario({
  id: 'swap-exclusive-pin',
  title: 'B11: reclaim meets a page that is pinned',
  description:
    'A device has a page pinned (FOLL_PIN) when reclaim comes across it; the process then stores to it, and the device ' +
    'writes the other half. The page must stay mapped.',
  machine: { cpus: 1, pages: 5 },
  properties: pinProperties,
  expected: [
    {
      with: [keepPinnedFromSwap],
      verdict: 'verified',
      because: 'shrink_page_list() gives no swap slot to a page that may be pinned',
    },
  ],
  build: (context) =>
    build(context, true, (race) => {
      const page = race.hold(pinned)!;
      race.reclaim();
      return page;
    }),
});

export const swapExclusivePinInCache = defineScenario({
  id: 'swap-exclusive-pin-in-cache',
  title: 'B27: reclaim meets a pinned page that is in the swap cache already',
  description:
    'A page has been unmapped and mapped again, and in a kernel with the marker it is in the swap cache still, when a ' +
    'device pins it. The look for pins that reclaim takes before it gives a page a slot is not taken: try_to_unmap_one() ' +
    'must refuse, and give back what it has counted for the slot. The process does nothing, so that the page is what ' +
    'reclaim leaves it as.',
  machine: { cpus: 2, pages: 5 },
  properties: [directReadIsSeen, pinnedStaysMapped, ...swapProperties],
  expected: [
    {
      with: [keepPinnedFromSwap],
      verdict: 'verified',
      because: 'a page that may be pinned gets no slot; and one that has a slot is not unmapped',
    },
  ],
  build(context) {
    const { machine } = context;
    const race = new SwapRace(context);
    const page = machine.boot(() => {
      const first = race.hold(read)!;
      race.reclaim();
      race.load('hi');
      race.release(first, read);
      const held = race.hold(pinned)!;
      race.age();
      return held;
    });
    race.runReclaim();
    machine.agent('device').run(() => {
      race.deviceWrites(page);
    });
    return machine.program(() => {
      const judge = new Judge(context, race);
      judge.pinned(page);
      judge.state();
      judge.conclude();
    });
  },
});

export const swapExclusiveTwice = defineScenario({
  id: 'swap-exclusive-twice',
  title: 'B29: two rounds of swap-out under a direct read, and then a store',
  description:
    'A device holds a page by FOLL_GET. Reclaim unmaps the page, a load maps it again, reclaim unmaps it once more, and ' +
    'the process stores. The marker must come back to the page on a fault that only reads.',
  machine: { cpus: 1, pages: 5 },
  properties: swapReadProperties,
  expected: [
    {
      with: [swpExclusive, x86PteSwpExclusive],
      architectures: ['x86', 'x86-ipi', 'x86-kvm', 'x86-broadcast'],
      verdict: 'verified',
      because: 'do_swap_page() adds the mapping as exclusive on read faults, too',
    },
  ],
  build: (context) =>
    build(context, false, (race) => {
      const page = race.hold(read)!;
      race.reclaim();
      race.load('hi');
      race.age();
      race.reclaim();
      return page;
    }),
});

export const swapExclusiveSecondRead = defineScenario({
  id: 'swap-exclusive-second-read',
  title: 'B31: a second direct read of a page that was swapped out under the first',
  description:
    'A device holds a page by FOLL_GET, for the lower half, and reclaim unmaps the page. A second request for the upper ' +
    'half faults it in again, for writing: both must hold the page that the process has.',
  machine: { cpus: 1, pages: 5 },
  properties: swapReadProperties.filter((property) => property !== ownStoreIsKept),
  build(context) {
    const { machine } = context;
    const race = new SwapRace(context);
    const first = machine.boot(() => {
      const page = race.hold(read)!;
      race.reclaim();
      return page;
    });
    machine.cpu(0).run('app', () => {
      const second = race.hold(read)!;
      race.deviceWrites(second, 'hi');
      return second;
    });
    machine.agent('device').run(() => {
      race.deviceWrites(first);
    });
    return machine.program(({ app }) => {
      const judge = new Judge(context, race);
      judge.held(first);
      judge.held(app as Page, { half: 'hi' });
      judge.state();
      judge.conclude();
    });
  },
});
