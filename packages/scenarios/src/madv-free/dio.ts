import { defineScenario } from '@pagerace/kernel';
import { madvFreeRefcountCheck } from '@pagerace/rmap';
import { directReadProperties, DirectReadRace, type Reclaimed } from './direct-read-race.js';

export const madvFreeDio = defineScenario({
  id: 'madv-free-dio',
  title: 'A0: MADV_FREE reclaim against a direct read of a block device',
  description:
    'A process has advised MADV_FREE on a page, and reads from a block device into it. GUP-fast gives ' +
    'the request a reference and leaves the entry clean; the page becomes dirty only when the read has ' +
    'completed. Meanwhile reclaim comes across the page. If it discards the mapping, the data goes to a ' +
    'page that nobody can see, and the process reads the zero page.',
  machine: { cpus: 2, pages: 6 },
  properties: directReadProperties,
  expected: [
    {
      without: [madvFreeRefcountCheck],
      verdict: 'violated',
      properties: ['I-COH & I-DIO'],
      because: 'the commit message of 6c8e2a256915: reclaim between GUP and the dirty bit',
    },
    {
      with: [madvFreeRefcountCheck],
      verdict: 'verified',
      because: 'the request’s reference keeps the mapping',
    },
  ],
  build(context) {
    const { machine } = context;
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
