import { defineScenario } from '@pagerace/kernel';
import { complete, Completion, waitForCompletion } from '@pagerace/machine';
import { directReadProperties, DirectReadRace, type Reclaimed } from './direct-read-race.js';

export const madvFreeDioReclaimLast = defineScenario({
  id: 'madv-free-dio-reclaim-last',
  title: 'A2: reclaim comes when the direct read has returned',
  description:
    'As madv-free-dio, but reclaim begins when read(2) has returned and the page is dirty: it races with ' +
    'the load only.',
  machine: { cpus: 2, pages: 6 },
  properties: directReadProperties,
  expected: [{ verdict: 'verified', because: 'the page is dirty, and is mapped again' }],
  build(context) {
    const { machine } = context;
    const race = new DirectReadRace(context);
    const returned = new Completion('returned');
    machine.cpu(0).run('app', () => {
      race.read();
      complete(returned);
      return race.load();
    });
    machine.cpu(1).run('reclaim', () => {
      waitForCompletion(returned);
      return race.reclaim();
    });
    machine.agent('disk').run(() => race.disk.serve());
    return machine.program(({ app, reclaim }) => {
      race.judge(app as number[], (reclaim as Reclaimed).decisions);
    });
  },
});
