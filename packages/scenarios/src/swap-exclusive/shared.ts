import { choiceParameter, defineScenario } from '@pagerace/kernel';
import { type Page, walkToPte } from '@pagerace/page-model';
import { anonExclusiveBarriers } from '@pagerace/rmap';
import { ForkRace } from './fork-race.js';
import { Judge, swapProperties, swapStoreProperties } from './judge.js';
import { pinnedStaysMapped, storesAreConfined } from './properties.js';
import { SwapRace } from './swap-race.js';
import { ADDRESS, INITIAL, STORED } from './user-page.js';

export const swapExclusiveTwoFaults = defineScenario({
  id: 'swap-exclusive-two-faults',
  title: 'B6: two threads fault on one page in the swap cache',
  description:
    'A page has been unmapped and is in the swap cache; nobody holds it. Two threads of its process use it, each a half ' +
    'of its own, and one or both store. The lookup of one gives the page a reference that the other finds: it may copy for nothing, ' +
    'but both stores must be kept.',
  parameters: {
    // With two stores v5.18 has more than 20,000 executions.
    hi: choiceParameter('what the thread of the upper half does', ['load', 'store']),
  },
  machine: { cpus: 2, pages: 6 },
  properties: swapStoreProperties,
  build(context) {
    const { machine } = context;
    const race = new SwapRace(context, { cpus: [0, 1] });
    machine.boot(() => {
      race.unmapIntoCache();
    });
    machine.cpu(0).run('hi', () => {
      if (context.parameters.hi === 'store') race.store('hi');
      else race.load('hi');
    });
    machine.cpu(1).run('lo', () => {
      race.store('lo');
    });
    return machine.program(() => {
      const { lo, hi } = race.atEnd();
      const judge = new Judge(context, race);
      judge.store(hi, context.parameters.hi === 'store' ? STORED : INITIAL.hi);
      judge.store(lo);
      judge.state();
      judge.conclude();
    });
  },
});

export const swapExclusiveForkSwapIn = defineScenario({
  id: 'swap-exclusive-fork-swap-in',
  title: 'B22: a fork against a store that swaps the page in',
  description:
    'A page is unmapped, with the marker in its swap entry. One thread of the process stores to it, while another forks; ' +
    'the child then loads twice. A swap-in that went by a marker which fork has taken meanwhile would map a shared ' +
    'page writable. A fault holds mmap_lock for reading and fork for writing, so that neither comes between the ' +
    'steps of the other, before pte_same() is asked.',
  machine: { cpus: 2, pages: 8 },
  properties: [storesAreConfined, ...swapProperties],
  build(context) {
    const { machine, property } = context;
    const race = new ForkRace(context, { cpus: [0, 1] });
    machine.boot(() => {
      race.unmapIntoCache();
      race.prepareFork();
    });
    machine.cpu(0).run('app', () => {
      race.store('hi');
    });
    machine.cpu(1).run('fork', () => {
      race.fork();
      return [race.child.load('hi'), race.child.load('hi')];
    });
    return machine.program(({ fork }) => {
      const [first, second] = fork as readonly number[];
      const judge = new Judge(context, race);
      judge.demand(
        property(storesAreConfined.id),
        first === second && [INITIAL.hi, STORED].includes(first!),
        () => `the child loads ${String(first)}, and then ${String(second)}`,
      );
      judge.state();
      judge.conclude();
    });
  },
});

export const swapExclusiveSharedThenAlone = defineScenario({
  id: 'swap-exclusive-shared-then-alone',
  title: 'B34: a page that was shared when it was swapped out, and is no longer',
  description:
    'A process forks, reclaim unmaps the page of both, and the child exits. The entry of the process has no marker; a ' +
    'store may find by the counts that the page is its own.',
  machine: { cpus: 1, pages: 8 },
  properties: swapStoreProperties,
  build(context) {
    const { machine } = context;
    const race = new ForkRace(context);
    machine.boot(() => {
      race.prepareFork();
      race.fork();
      race.unmapIntoCache();
      race.exitChild();
    });
    machine.cpu(0).run('app', () => {
      race.store('hi');
      return race.load('hi');
    });
    return machine.program(({ app }) => {
      const judge = new Judge(context, race);
      judge.store(app as number);
      judge.state();
      judge.conclude();
    });
  },
});

export const swapExclusivePinAgainstUnmap = defineScenario({
  id: 'swap-exclusive-pin-against-unmap',
  title: 'B26: a pin for reading against the unmapping of an exclusive page',
  description:
    'A page is mapped read-only and exclusive, and in the swap cache. GUP-fast pins it for reading, while reclaim unmaps ' +
    'it: either GUP-fast sees that the entry has gone or the flag was cleared, or reclaim sees the pin (the four ' +
    'barriers of 088b8aa537c2, v6.1).',
  parameters: {
    pin: choiceParameter(
      'what the pin is for; the entry is writable only where it is for writing (B26w)',
      ['reading', 'writing'],
    ),
  },
  machine: { cpus: 2, pages: 5 },
  properties: [pinnedStaysMapped, ...swapProperties],
  expected: [
    {
      with: [anonExclusiveBarriers],
      architectures: ['x86', 'arm64'],
      verdict: 'verified',
      because: 'the four barriers of 088b8aa537c2',
    },
  ],
  build(context) {
    const { arch, machine, parameters } = context;
    const write = parameters.pin === 'writing';
    const race = new SwapRace(context);
    machine.boot(() => {
      const flags = { write: true };
      const page = race.hold(flags)!;
      race.reclaim();
      if (write) race.store('hi');
      else race.load('hi');
      // Since v6.11 the load has mapped it writable.
      if (!write) arch.ptepSetWrprotect(race.mm, ADDRESS, walkToPte(race.mm, ADDRESS)!.ptep);
      race.release(page, flags);
      race.age();
    });
    machine.cpu(0).run('gup', () => race.hold({ write, pin: true, fastOnly: true }));
    race.runReclaim();
    return machine.program(({ gup: got }) => {
      const judge = new Judge(context, race);
      if (got !== undefined) judge.pin(got as Page);
      judge.state();
      judge.conclude();
    });
  },
});
