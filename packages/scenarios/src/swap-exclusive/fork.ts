import { earlyCowOfPinned } from '@pagerace/cow';
import type { Program } from '@pagerace/explorer';
import { type GupFlags, gupForceCowBreak, gupNoForcedCow } from '@pagerace/gup';
import { choiceParameter, defineScenario, type ScenarioContext } from '@pagerace/kernel';
import type { Page } from '@pagerace/page-model';
import { anonExclusive } from '@pagerace/rmap';
import { directReadIsSeen } from '../madv-free/properties.js';
import { ForkRace } from './fork-race.js';
import { Judge, swapReadProperties, swapStoreProperties } from './judge.js';
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

/** The process has a child already when a device gets the page, and stores to it; a device that may write does, at any time. */
function buildForked(context: ScenarioContext<unknown>, flags: GupFlags): Program {
  const { machine } = context;
  const race = new ForkRace(context);
  const page = machine.boot(() => {
    race.prepareFork();
    race.fork();
    return race.hold(flags)!;
  });
  machine.cpu(0).run('app', () => {
    race.store('hi');
    return race.load('hi');
  });
  if (flags.write === true) {
    machine.agent('device').run(() => {
      race.deviceWrites(page);
    });
  }
  return machine.program(({ app }) => {
    const judge = new Judge(context, race);
    if (flags.pin === true) judge.pin(page);
    else judge.held(page);
    judge.store(app as number);
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

export const swapExclusiveForkBefore = defineScenario({
  id: 'swap-exclusive-fork-before',
  title: 'B9b: a fork before a device gets the page',
  description:
    'The process has forked when a device gets its page for writing by FOLL_GET: the write fault of get_user_pages() gives ' +
    'the process a page of its own. It stores to the page, and the device writes. No fork comes after the reference, so ' +
    'that the contract holds.',
  machine: { cpus: 1, pages: 8 },
  properties: swapReadProperties,
  expected: [
    { verdict: 'verified', because: 'the reference is to the page that the fault has made' },
  ],
  build: (context) => buildForked(context, { write: true }),
});

export const swapExclusiveForkDuring = defineScenario({
  id: 'swap-exclusive-fork-during',
  title: 'B9d: a fork while GUP-fast gets the page',
  description:
    'One thread of the process gets a page for writing by FOLL_GET and stores to it, and then the device writes; another ' +
    `thread forks meanwhile. Where the fork comes after the reference, the store copies the page. ${noPromise}`,
  machine: { cpus: 2, pages: 8 },
  properties: [readAcrossForkIsSeen, ...swapStoreProperties],
  expected: allowed,
  build(context) {
    const { machine } = context;
    const race = new ForkRace(context, { cpus: [0, 1] });
    machine.boot(() => {
      race.prepareFork();
    });
    machine.cpu(0).run('app', () => {
      const page = race.hold({ write: true })!;
      race.store('hi');
      race.deviceWrites(page);
      return { page, hi: race.load('hi') };
    });
    machine.cpu(1).run('fork', () => {
      race.fork();
    });
    return machine.program(({ app }) => {
      const { page, hi } = app as { readonly page: Page; readonly hi: number };
      const judge = new Judge(context, race);
      judge.heldAcrossFork(page);
      judge.store(hi);
      judge.state();
      judge.conclude();
    });
  },
});

export const swapExclusivePinShared = defineScenario({
  id: 'swap-exclusive-pin-shared',
  title: 'B15: a pin for reading of a page that is shared, and then a store',
  description:
    'The process shares a page with its child, and a device pins it for reading (FOLL_PIN); the process stores to it. The ' +
    'device must go on reading what the process has: a page that is shared must not be pinned, but replaced before ' +
    '(FAULT_FLAG_UNSHARE, v5.19).',
  machine: { cpus: 1, pages: 8 },
  properties: [pinnedStaysMapped, ...swapStoreProperties],
  expected: [
    {
      with: [anonExclusive],
      verdict: 'verified',
      because: 'gup_must_unshare(): the pin is of a page that the process has alone',
    },
    {
      with: [gupForceCowBreak],
      without: [gupNoForcedCow],
      verdict: 'verified',
      because: 'every reference to a page of a COW mapping is one for writing',
    },
    { verdict: 'violated', properties: ['I-PIN'], because: 'the store copies the page' },
  ],
  build: (context) => buildForked(context, { pin: true }),
});
