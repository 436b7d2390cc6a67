import { defineScenario } from '@pagerace/kernel';
import { MPROTECT } from '@pagerace/mprotect';
import { entryProperties, EntryRace } from './entry-race.js';
import { ADDRESS, type Loaded } from './swap-race.js';

export const swapExclusiveMprotect = defineScenario({
  id: 'swap-exclusive-mprotect',
  title:
    'B4: a direct read, mprotect() to read-only and back, and a store to the other half of the page',
  description:
    'A process reads from a device into the lower half of its page, makes its mapping read-only and ' +
    'writable again, and stores to the upper half. mprotect() has taken the write bit of the entry, and ' +
    'what it gives back, if anything, tells whether the store faults, and the page is judged anew.',
  machine: { cpus: 1, pages: 6 },
  properties: entryProperties,
  build(context) {
    const { machine } = context;
    const mprotect = context.get(MPROTECT);
    const race = new EntryRace(context);
    machine.cpu(0).run('app', () => {
      const page = race.submit();
      mprotect.mprotect(race.mm, ADDRESS, false);
      mprotect.mprotect(race.mm, ADDRESS, true);
      race.store('hi');
      race.awaitEnd(page);
      return race.loadBoth();
    });
    return machine.program(({ app }) => {
      race.judge(app as Loaded);
    });
  },
});
