import { DIRECT_IO } from '@pagerace/block';
import { defineScenario } from '@pagerace/kernel';
import { byteAt } from '@pagerace/page-model';
import { DirectReadRace } from './direct-read-race.js';
import { freeIsUntouched, oldOrNothing, referencesAreCounted } from './properties.js';

export const madvFreeDioWrite = defineScenario({
  id: 'madv-free-dio-write',
  title: 'A12: a direct write from a lazyfree buffer',
  description:
    'The device reads from the page, under a reference that is not for writing. If reclaim discards the ' +
    'mapping meanwhile, the page stays with the device, which gets the old data.',
  machine: { cpus: 2, pages: 6 },
  properties: [oldOrNothing, referencesAreCounted, freeIsUntouched],
  expected: [{ verdict: 'verified', because: 'the page is kept by the reference' }],
  build(context) {
    const { machine } = context;
    const race = new DirectReadRace(context);
    const directIo = context.get(DIRECT_IO);
    machine.cpu(0).run('app', () => directIo.write(race.transfer));
    machine.cpu(1).run('reclaim', () => race.reclaim());
    machine.agent('disk').run(() => race.disk.serve());
    return machine.program(() => {
      race.judgeReferences();
      const byte = byteAt(race.disk.written(0)![0]!, 0);
      context
        .property(oldOrNothing.id)
        .demand(byte === 0 || byte === 1, `the device got ${String(byte)}`);
    });
  },
});
