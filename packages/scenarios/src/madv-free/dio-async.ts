import { choiceParameter, defineScenario } from '@pagerace/kernel';
import { directReadProperties, DirectReadRace, type Reclaimed } from './direct-read-race.js';

export const madvFreeDioAsync = defineScenario({
  id: 'madv-free-dio-async',
  title: 'A4: the read is asynchronous, and makes its page dirty before it is submitted',
  description:
    'As madv-free-dio, but the page is made dirty between GUP and the submission, which waits for the ' +
    'page lock; and checked again by the completion interrupt, after user space was told. The same is ' +
    'done for a read of several requests, and by iomap.',
  parameters: {
    io: choiceParameter('How the read is done', ['async', 'multi-bio', 'iomap']),
  },
  machine: ({ io }) => ({ cpus: 2, pages: io === 'multi-bio' ? 12 : 6 }),
  properties: directReadProperties,
  build(context) {
    const { machine } = context;
    const { io } = context.parameters;
    const race = new DirectReadRace(context, {
      pages: io === 'multi-bio' ? 2 : 1,
      device: io === 'multi-bio' ? { requests: 2, maxVecs: 1 } : {},
    });
    machine.cpu(0).run('app', () => {
      if (io === 'iomap') race.iomapRead();
      else race.awaitEnd(race.submit());
      return race.load();
    });
    machine.cpu(1).run('reclaim', () => race.reclaim());
    machine.agent('disk').run(() => race.disk.serve());
    return machine.program(({ app, reclaim }) => {
      race.judge(app as number[], (reclaim as Reclaimed).decisions);
    });
  },
});
