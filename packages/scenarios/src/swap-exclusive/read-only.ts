import { defineScenario } from '@pagerace/kernel';
import { MPROTECT } from '@pagerace/mprotect';
import { entryProperties, EntryRace, whenReclaimed } from './entry-race.js';
import { ADDRESS, type Loaded } from './swap-race.js';

export const swapExclusiveReadOnly = defineScenario({
  id: 'swap-exclusive-read-only',
  title: 'B30: reclaim takes a page that is mapped read-only for a while, under a direct read',
  description:
    'A process reads from a device into the lower half of its page, makes its mapping read-only and ' +
    'writable again, and stores to the upper half. Reclaim unmaps the page in between, and leaves it in the swap ' +
    'cache because of the reference. What the swap entry says of exclusive must not depend on the write bit ' +
    'of the entry that it took the place of.',
  parameters: { when: whenReclaimed },
  machine: { cpus: 2, pages: 6 },
  properties: entryProperties,
  build(context) {
    const { machine } = context;
    const mprotect = context.get(MPROTECT);
    const race = new EntryRace(context, context.parameters);
    machine.cpu(0).run('app', () => {
      const page = race.submit();
      mprotect.mprotect(race.mm, ADDRESS, false);
      race.letReclaim();
      mprotect.mprotect(race.mm, ADDRESS, true);
      race.store('hi');
      race.awaitEnd(page);
      return race.loadBoth();
    });
    race.reclaimer();
    return machine.program(({ app }) => {
      race.judge(app as Loaded);
    });
  },
});
