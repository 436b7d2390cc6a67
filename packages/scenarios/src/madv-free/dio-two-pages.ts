import { defineScenario } from '@pagerace/kernel';
import { directReadProperties, DirectReadRace, type Reclaimed } from './direct-read-race.js';

export const madvFreeDioTwoPages = defineScenario({
  id: 'madv-free-dio-two-pages',
  title: 'A14: a request of two pages, one of which reclaim may reach before GUP does',
  description:
    'As madv-free-dio, with two pages in one request. Each is on its own: one may have been reclaimed ' +
    'before GUP comes to it, and is faulted in anew, while the other is still the old one.',
  machine: { cpus: 2, pages: 12 },
  properties: directReadProperties,
  build(context) {
    const { machine } = context;
    const race = new DirectReadRace(context, { pages: 2 });
    machine.cpu(0).run('app', () => {
      race.read();
      return race.load();
    });
    machine.cpu(1).run('reclaim', () => race.reclaim());
    machine.agent('disk').run(() => race.disk.serve());
    return machine.program(({ app, reclaim }) => {
      race.judge(app as number[], (reclaim as Reclaimed).decisions);
    });
  },
});
