import { FORK, prepareChild } from '@pagerace/fork';
import { defineScenario } from '@pagerace/kernel';
import { MADVISE } from '@pagerace/madvise';
import { lruAddDrain } from '@pagerace/page-model';
import { DirectReadRace } from './direct-read-race.js';
import { freeIsUntouched, oldOrNothing, referencesAreCounted } from './properties.js';

export const madvFreeMappedTwice = defineScenario({
  id: 'madv-free-mapped-twice',
  title: 'A9: a lazyfree page that two processes have mapped since a fork',
  description:
    'Parent and child have both advised MADV_FREE on a page that they share. Reclaim removes one mapping ' +
    'after the other and judges each on its own; each process reads the old data or zero.',
  machine: { cpus: 3, pages: 12 },
  properties: [oldOrNothing, referencesAreCounted, freeIsUntouched],
  expected: [{ verdict: 'verified', because: 'old data and zero are both legal' }],
  build(context) {
    const { machine, memory } = context;
    const race = new DirectReadRace(context, { state: 'dirty' });
    const { buffer } = race;
    const fork = context.get(FORK);
    const madvise = context.get(MADVISE);
    const child = context.process('child', 1);
    machine.boot(() => {
      prepareChild(buffer.mm, child);
      fork.dupMmap(buffer.mm, child);
      for (const mm of [buffer.mm, child]) madvise.madviseFree(mm, buffer.address(0), 1);
      lruAddDrain(memory);
    });
    machine.cpu(0).run('app', () => buffer.load(0));
    machine.cpu(1).run('child', () => buffer.load(0, child));
    machine.cpu(2).run('reclaim', () => race.reclaim());
    return machine.program(({ app, child }) => {
      race.judgeReferences();
      for (const [name, byte] of Object.entries({ app, child })) {
        context
          .property(oldOrNothing.id)
          .demand(byte === 0 || byte === 1, `the load of ${name} returned ${String(byte)}`);
      }
    });
  },
});
