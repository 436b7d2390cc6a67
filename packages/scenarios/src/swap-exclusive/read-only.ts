import { defineScenario } from '@pagerace/kernel';
import { MPROTECT } from '@pagerace/mprotect';
import { judgeRead, swapReadProperties } from './judge.js';
import { SwapRace, whenReclaimed } from './swap-race.js';
import { ADDRESS, type Loaded } from './user-page.js';

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
  properties: swapReadProperties,
  build(context) {
    const { machine, parameters } = context;
    const mprotect = context.get(MPROTECT);
    const race = new SwapRace(context);
    race.vma.willChange();
    race.runDisk();
    machine.cpu(0).run('app', () => {
      const dio = race.submit();
      mprotect.mprotect(race.mm, ADDRESS, false);
      if (parameters.when === 'between') race.reclaim();
      mprotect.mprotect(race.mm, ADDRESS, true);
      race.store('hi');
      race.awaitEnd(dio);
      return race.loadBoth();
    });
    if (parameters.when === 'any time') race.runReclaim();
    return machine.program(({ app }) => {
      judgeRead(context, race, app as Loaded);
    });
  },
});
