import { defineScenario } from '@pagerace/kernel';
import { directReadProperties, DirectReadRace, type Reclaimed } from './direct-read-race.js';

export const madvFreeDioUniprocessor = defineScenario({
  id: 'madv-free-dio-uniprocessor',
  title: 'A6: one CPU, on which reclaim preempts the direct read',
  description:
    'As madv-free-dio, with one CPU: reclaim runs while the read waits for the device, or preempts it ' +
    'where it may be preempted, which GUP-fast may not.',
  machine: { cpus: 1, pages: 6 },
  properties: directReadProperties,
  build(context) {
    const { machine } = context;
    const race = new DirectReadRace(context);
    machine.cpu(0).run('app', () => {
      race.read();
      return race.load();
    });
    machine.cpu(0).run('reclaim', () => race.reclaim());
    machine.agent('disk').run(() => race.disk.serve());
    return machine.program(({ app, reclaim }) => {
      race.judge(app as number[], (reclaim as Reclaimed).decisions);
    });
  },
});
