import { defineScenario } from '@pagerace/kernel';
import { complete, Completion, waitForCompletion } from '@pagerace/machine';
import { directReadProperties, DirectReadRace, type Reclaimed } from './direct-read-race.js';

export const madvFreeDioAsyncSubmitted = defineScenario({
  id: 'madv-free-dio-async-submitted',
  title: 'A5: reclaim comes when an asynchronous read has been submitted',
  description:
    'As madv-free-dio-async, but reclaim begins when the page has been made dirty and the request ' +
    'submitted.',
  machine: { cpus: 2, pages: 6 },
  properties: directReadProperties,
  expected: [{ verdict: 'verified', because: 'the page is dirty, and is mapped again' }],
  build(context) {
    const { machine } = context;
    const race = new DirectReadRace(context);
    const submitted = new Completion('submitted');
    machine.cpu(0).run('app', () => {
      const dio = race.submit();
      complete(submitted);
      race.awaitEnd(dio);
      return race.load();
    });
    machine.cpu(1).run('reclaim', () => {
      waitForCompletion(submitted);
      return race.reclaim();
    });
    machine.agent('disk').run(() => race.disk.serve());
    return machine.program(({ app, reclaim }) => {
      race.judge(app as number[], (reclaim as Reclaimed).decisions);
    });
  },
});
