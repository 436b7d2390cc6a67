import { defineScenario } from '@pagerace/kernel';
import { MPROTECT } from '@pagerace/mprotect';
import { judgeRead, swapReadProperties } from './judge.js';
import { SwapRace } from './swap-race.js';
import { ADDRESS, type Loaded } from './user-page.js';

export const swapExclusiveMprotect = defineScenario({
  id: 'swap-exclusive-mprotect',
  title:
    'B4: a direct read, mprotect() to read-only and back, and a store to the other half of the page',
  description:
    'A process reads from a device into the lower half of its page, makes its mapping read-only and ' +
    'writable again, and stores to the upper half. mprotect() has taken the write bit of the entry, and ' +
    'what it gives back, if anything, tells whether the store faults, and the page is judged anew.',
  machine: { cpus: 1, pages: 6 },
  properties: swapReadProperties,
  build(context) {
    const { machine } = context;
    const mprotect = context.get(MPROTECT);
    const race = new SwapRace(context);
    race.vma.willChange();
    race.runDisk();
    machine.cpu(0).run('app', () => {
      const dio = race.submit();
      mprotect.mprotect(race.mm, ADDRESS, false);
      mprotect.mprotect(race.mm, ADDRESS, true);
      race.store('hi');
      race.awaitEnd(dio);
      return race.loadBoth();
    });
    return machine.program(({ app }) => {
      judgeRead(context, race, app as Loaded);
    });
  },
});
