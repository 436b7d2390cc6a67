import { GUP_CONFIG } from '@pagerace/gup';
import { defineScenario } from '@pagerace/kernel';
import { directReadProperties, DirectReadRace, type Reclaimed } from './direct-read-race.js';

export const madvFreeDioSlowGup = defineScenario({
  id: 'madv-free-dio-slow-gup',
  title: 'A3: the direct read gets its page the slow way only',
  description:
    'As madv-free-dio, on a kernel without CONFIG_HAVE_FAST_GUP. The slow path makes the page dirty ' +
    'under the page-table lock (FOLL_TOUCH): reclaim sees that, or has removed the entry before.',
  machine: { cpus: 2, pages: 6 },
  properties: directReadProperties,
  expected: [{ verdict: 'verified', because: 'FOLL_TOUCH in follow_page_pte()' }],
  build(context) {
    const { machine } = context;
    context.get(GUP_CONFIG).haveFastGup = false;
    const race = new DirectReadRace(context);
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
