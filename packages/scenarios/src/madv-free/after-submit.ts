import { defineScenario } from '@pagerace/kernel';
import { MADVISE } from '@pagerace/madvise';
import { complete, Completion, waitForCompletion } from '@pagerace/machine';
import { lruAddDrain } from '@pagerace/page-model';
import { DirectReadRace } from './direct-read-race.js';
import { freeIsUntouched, oldOrNothing, referencesAreCounted } from './properties.js';

export const madvFreeAfterSubmit = defineScenario({
  id: 'madv-free-after-submit',
  title: 'A8: MADV_FREE while an asynchronous read is under way',
  description:
    'A second thread of the process advises MADV_FREE on the buffer of a read that it has submitted, and ' +
    'reclaims. That may lose the data, which is the process’s own fault; but the completion, which ' +
    'finds a clean page and must make it dirty in a worker, keeps its references in order.',
  machine: { cpus: 2, pages: 6 },
  properties: [oldOrNothing, referencesAreCounted, freeIsUntouched],
  expected: [
    { verdict: 'verified', because: 'zero or the data, both are legal; references must be right' },
  ],
  build(context) {
    const { machine, memory } = context;
    const race = new DirectReadRace(context, { state: 'dirty', cpus: [0, 1] });
    const madvise = context.get(MADVISE);
    const submitted = new Completion('submitted');
    machine.cpu(0).run('app', () => {
      const dio = race.submit();
      complete(submitted);
      race.awaitEnd(dio);
      return race.load();
    });
    machine.cpu(1).run('advisor', () => {
      waitForCompletion(submitted);
      madvise.madviseFree(race.buffer.mm, race.buffer.address(0), 1);
      lruAddDrain(memory);
      return race.reclaim();
    });
    machine.agent('disk').run(() => race.disk.serve());
    return machine.program(({ app }) => {
      race.judgeReferences();
      const [loaded] = app as readonly number[];
      context
        .property(oldOrNothing.id)
        .demand(loaded === 0 || loaded === 0x79, `the load returned ${String(loaded)}`);
    });
  },
});
