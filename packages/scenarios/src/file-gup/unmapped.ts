import { BlockDevice, DIRECT_IO } from '@pagerace/block';
import { FORK } from '@pagerace/fork';
import { defineScenario, type Scenario } from '@pagerace/kernel';
import { fileProperties, FileJudge } from './judge.js';
import { ADDRESS, WritebackRace, WRITTEN } from './writeback-race.js';

export const fileGupMunmap: Scenario = defineScenario({
  id: 'file-gup-munmap',
  title: 'C28: munmap() during a direct read into a page of a file',
  description:
    'A process reads by O_DIRECT into its mapping of a file, and another of its threads unmaps it at any time, with the page ' +
    'table, and maps the file anew. User space must accept that direct I/O is not in step with munmap(): what is loaded then, it ' +
    'cannot count on, and no property asks for it. The page must not be free while the device has it, and no count be wrong.',
  machine: { cpus: 2, pages: 3 },
  properties: fileProperties,
  expected: [{ verdict: 'verified', because: 'the reference keeps the page' }],
  build(context) {
    const { get, machine, memory } = context;
    const race = new WritebackRace(context);
    const [directIo, fork] = [get(DIRECT_IO), get(FORK)];
    const device = new BlockDevice('source', { bytes: WRITTEN, pageSize: memory.pageSize });
    machine.boot(() => {
      race.store();
    });
    machine.cpu(0).run('app', () => {
      directIo.read({ device, mm: race.mm, buffer: ADDRESS, pages: 1, half: 'lo' });
    });
    machine.agent('source').run(() => {
      device.serve();
    });
    machine.cpu(1).run('munmap', () => {
      fork.unmapRegion(race.mm, ADDRESS);
    });
    return machine.program(() => {
      const judge = new FileJudge(context, race);
      judge.state();
      judge.conclude();
    });
  },
});
