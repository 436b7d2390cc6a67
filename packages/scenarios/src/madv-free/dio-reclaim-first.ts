import { defineScenario } from '@pagerace/kernel';
import { complete, Completion, waitForCompletion } from '@pagerace/machine';
import { directReadProperties, DirectReadRace, type Reclaimed } from './direct-read-race.js';
import { mappingIsCoherent } from './properties.js';

const properties = directReadProperties.filter(({ id }) => id !== mappingIsCoherent.id);

export const madvFreeDioReclaimFirst = defineScenario({
  id: 'madv-free-dio-reclaim-first',
  title: 'A1: reclaim is through before the direct read gets its page',
  description:
    'As madv-free-dio, but the read begins when reclaim has ended. GUP-fast finds no entry, so that the ' +
    'slow path faults a fresh page in, which the data goes to.',
  machine: { cpus: 2, pages: 6 },
  properties,
  expected: [{ verdict: 'verified', because: 'the page is faulted in anew, and writable' }],
  build(context) {
    const { machine } = context;
    const race = new DirectReadRace(context, { properties });
    const reclaimed = new Completion('reclaimed');
    machine.cpu(0).run('app', () => {
      waitForCompletion(reclaimed);
      race.read();
      return race.load();
    });
    machine.cpu(1).run('reclaim', () => {
      const result = race.reclaim();
      complete(reclaimed);
      return result;
    });
    machine.agent('disk').run(() => race.disk.serve());
    return machine.program(({ app, reclaim }) => {
      race.judge(app as number[], (reclaim as Reclaimed).decisions);
    });
  },
});
