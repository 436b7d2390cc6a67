import { choiceParameter, defineScenario } from '@pagerace/kernel';
import { cowByPageCount } from '@pagerace/cow';
import { lruAddDrain } from '@pagerace/page-model';
import { swpExclusive } from '@pagerace/rmap';
import { ForkRace } from './fork-race.js';
import { Judge, swapReadProperties } from './judge.js';

export const swapExclusiveLastOfTwo = defineScenario({
  id: 'swap-exclusive-last-of-two',
  title: 'B35: a device holds the copy that a process has got after a fork, and its child exits',
  description:
    'A process has forked. A device takes FOLL_WRITE | FOLL_GET: the write fault gives the process a copy, which ' +
    'is its own. The child exits, reclaim unmaps the copy, and leaves it in the swap cache because of the reference. The ' +
    'process comes back to it and stores, while the device writes. The fork was before the reference was taken: I-COH holds.',
  parameters: {
    first: choiceParameter('what the process does first', ['load', 'store']),
    reclaim: choiceParameter('when reclaim comes across the page', ['before', 'meanwhile']),
  },
  machine: { cpus: 2, pages: 8 },
  properties: swapReadProperties,
  expected: [
    {
      without: [cowByPageCount],
      verdict: 'verified',
      because: 'do_wp_page() counts mappings and swap entries, not references',
    },
    {
      with: [cowByPageCount],
      without: [swpExclusive],
      verdict: 'violated',
      properties: ['I-COH', 'I-COH & I-DIO'],
      because: 'the store sees the reference, and copies once more',
    },
    {
      with: [swpExclusive],
      architectures: ['x86', 'arm64', 's390', 'powerpc-radix', 'powerpc-hash'],
      verdict: 'verified',
      because: 'the copy is exclusive, and its swap entry says so',
    },
  ],
  build(context) {
    const { machine, memory, parameters } = context;
    const race = new ForkRace(context);
    const page = machine.boot(() => {
      race.prepareFork();
      race.fork();
      const copy = race.hold({ write: true })!;
      race.exitChild();
      lruAddDrain(memory);
      race.age();
      if (parameters.reclaim === 'before') race.reclaim();
      return copy;
    });
    if (parameters.reclaim === 'meanwhile') race.runReclaim();
    machine.cpu(0).run('app', () => {
      if (parameters.first === 'load') race.load('hi');
      race.store('hi');
      return race.load('hi');
    });
    machine.agent('device').run(() => {
      race.deviceWrites(page);
    });
    return machine.program(({ app }) => {
      const judge = new Judge(context, race);
      judge.held(page);
      judge.store(app as number);
      judge.state();
      judge.conclude();
    });
  },
});
