import { choiceParameter, defineScenario, type PropertyDefinition } from '@pagerace/kernel';
import { byteAt } from '@pagerace/page-model';
import { ForkRace } from './fork-race.js';
import { Judge, swapStoreProperties } from './judge.js';
import { INITIAL, type Loaded, STORED } from './user-page.js';

const takenWasStored: PropertyDefinition = {
  id: 'I-DIO-WRITE',
  statement: 'a direct write takes of each half of a page what the process has stored there',
};

const readerIsCoherent: PropertyDefinition = {
  id: 'I-COH-READ',
  statement: 'an entry maps the page of which there is a reference for reading, while it is held',
  allowed:
    'references of FOLL_GET for reading were never reliable, and direct I/O does not expect to see stores made ' +
    'after a transfer has begun',
};

const flags = { write: false };

export const swapExclusiveDirectWrite = defineScenario({
  id: 'swap-exclusive-direct-write',
  title: 'B14: a direct write, swap-out, and a store',
  description:
    'A device reads a page by FOLL_GET, as of a direct write. Reclaim puts the page into the swap cache and unmaps it, ' +
    'and the process stores to the upper half. The device may take the old byte or the new one, and may have a page ' +
    'that the process no longer has: that is no violation of the contract, which is about references for writing. ' +
    'I-COH-READ tells the outcome, as an observation. With a child alive (B14b) the page is shared from the start.',
  parameters: {
    process: choiceParameter('whether the process shares its page with a child', [
      'alone',
      'forked',
    ]),
    reclaim: choiceParameter('when reclaim comes across the page', ['before', 'meanwhile']),
  },
  machine: { cpus: 2, pages: 8 },
  properties: [takenWasStored, readerIsCoherent, ...swapStoreProperties],
  expected: [
    {
      verdict: 'verified',
      because: 'R/O FOLL_GET is no goal (cover letter of the COW fixes, part 3)',
    },
  ],
  build(context) {
    const { machine, parameters, property } = context;
    const race = new ForkRace(context);
    const page = machine.boot(() => {
      if (parameters.process === 'forked') {
        race.prepareFork();
        race.fork();
      }
      const held = race.hold(flags)!;
      if (parameters.reclaim === 'before') race.reclaim();
      return held;
    });
    if (parameters.reclaim === 'meanwhile') race.runReclaim();
    machine.cpu(0).run('app', () => {
      race.store('hi');
      return race.load('hi');
    });
    machine.agent('device').run((): Loaded => {
      const [lo, hi] = [page.contents.readHalf('lo'), page.contents.readHalf('hi')];
      return { lo: byteAt(lo, 0), hi: byteAt(hi, 0) };
    });
    return machine.program(({ app, device }) => {
      const judge = new Judge(context, race);
      const { lo, hi } = device as Loaded;
      context.holdsAtEnd(page);
      judge.demand(
        property(takenWasStored.id),
        lo === INITIAL.lo && [INITIAL.hi, STORED].includes(hi),
        () => `the device took ${String(lo)} and ${String(hi)}`,
      );
      judge.demand(
        property(readerIsCoherent.id),
        race.mapped() === page,
        () =>
          `${race.mapped()?.name ?? 'nothing'} is mapped instead of ${page.name}, which is held`,
      );
      judge.store(app as number);
      judge.state();
      judge.conclude();
    });
  },
});
