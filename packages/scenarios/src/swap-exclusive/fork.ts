import { earlyCowOfPinned } from '@pagerace/cow';
import type { Program } from '@pagerace/explorer';
import { choiceParameter, defineScenario, type ScenarioContext } from '@pagerace/kernel';
import { directReadIsSeen } from '../madv-free/properties.js';
import { ForkRace } from './fork-race.js';
import { Judge, swapStoreProperties } from './judge.js';
import { pinnedStaysMapped, readAcrossForkIsSeen, storesAreConfined } from './properties.js';
import { INITIAL, STORED } from './user-page.js';

const CHILDS = 0x64;

const noPromise =
  'That is no violation of the contract: a reference of FOLL_GET stays coherent with the page table only as long ' +
  'as no fork comes after it. I-DIO-FORK tells the outcome, as an observation.';

const allowed = [
  {
    verdict: 'verified',
    because: 'fork() after GUP with FOLL_GET is no goal (cover letter of the COW fixes, part 3)',
  },
] as const;

const parameters = {
  first: choiceParameter('who stores first', ['parent', 'child']),
};

interface Order {
  readonly first: 'parent' | 'child';
}

/** A reference for writing is held, the process forks, and stores; the device writes at any time. */
function build(
  context: ScenarioContext<Order>,
  { pin, swappedOut }: { readonly pin: boolean; readonly swappedOut: boolean },
): Program {
  const { machine, parameters: chosen } = context;
  const race = new ForkRace(context);
  const page = machine.boot(() => {
    const held = race.hold({ write: true, pin })!;
    if (swappedOut) race.reclaim();
    race.prepareFork();
    return held;
  });
  machine.cpu(0).run('app', () => {
    race.fork();
    if (chosen.first === 'child') race.child.store('hi', CHILDS);
    race.store('hi');
    return [race.load('hi'), race.child.load('hi')];
  });
  machine.agent('device').run(() => {
    race.deviceWrites(page);
  });
  return machine.program(({ app }) => {
    const [own, childs] = app as readonly number[];
    const judge = new Judge(context, race);
    if (pin) judge.pinned(page);
    else judge.heldAcrossFork(page);
    judge.store(own!);
    judge.confined(own!, STORED);
    judge.confined(childs!, chosen.first === 'child' ? CHILDS : INITIAL.hi);
    judge.state();
    judge.conclude();
  });
}

const withGet = [readAcrossForkIsSeen, storesAreConfined, ...swapStoreProperties];

export const swapExclusiveFork = defineScenario({
  id: 'swap-exclusive-fork',
  title: 'B9: a fork while a device holds the page, and then a store',
  description:
    'A device holds a page for writing by FOLL_GET. The process forks and stores to the page, which it shares with ' +
    `its child now: it gets a copy, and what the device writes goes to the child's page. ${noPromise}`,
  parameters,
  machine: { cpus: 1, pages: 8 },
  properties: withGet,
  expected: allowed,
  build: (context) => build(context, { pin: false, swappedOut: false }),
});

export const swapExclusiveForkPin = defineScenario({
  id: 'swap-exclusive-fork-pin',
  title: 'B9p: a fork while a device has the page pinned, and then a store',
  description:
    'As swap-exclusive-fork, with FOLL_PIN: fork can tell the reference from others, and gives the child a copy ' +
    'at once, so that the page stays the parent’s.',
  parameters,
  machine: { cpus: 1, pages: 8 },
  properties: [directReadIsSeen, pinnedStaysMapped, storesAreConfined, ...swapStoreProperties],
  expected: [
    {
      with: [earlyCowOfPinned],
      verdict: 'verified',
      because: 'copy_present_page(): the child gets an early copy',
    },
    {
      verdict: 'violated',
      properties: ['I-DIO & I-PIN', 'I-PIN'],
      because: 'fork shares the page, and the store of the parent copies it',
    },
  ],
  build: (context) => build(context, { pin: true, swappedOut: false }),
});

export const swapExclusiveForkSwapped = defineScenario({
  id: 'swap-exclusive-fork-swapped',
  title: 'B10: a fork between swap-out and swap-in, while a device holds the page',
  description:
    'A device holds a page for writing by FOLL_GET; reclaim has unmapped the page and kept it in the swap cache. The ' +
    `process forks, which takes the marker from both entries, and stores. ${noPromise}`,
  parameters,
  machine: { cpus: 1, pages: 8 },
  properties: withGet,
  expected: allowed,
  build: (context) => build(context, { pin: false, swappedOut: true }),
});
