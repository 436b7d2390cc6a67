import { defineScenario } from '@pagerace/kernel';
import { MREMAP } from '@pagerace/mprotect';
import { judgeRead, swapReadProperties } from './judge.js';
import { SwapRace, whenReclaimed } from './swap-race.js';
import { ADDRESS, inNextTable, type Loaded, UserPage } from './user-page.js';

export const swapExclusiveMremap = defineScenario({
  id: 'swap-exclusive-mremap',
  title: 'B42: mremap() of a page, or of its swap entry, under a direct read',
  description:
    'A process reads from a device into the lower half of its page, moves the page by mremap(), and stores to ' +
    'the upper half at the new address. Reclaim unmaps the page before, or at any time, and leaves it in the ' +
    'swap cache because of the reference. A swap entry must be moved with all its bits, the ' +
    'exclusive marker among them.',
  parameters: { when: whenReclaimed },
  machine: { cpus: 2, pages: 6 },
  properties: swapReadProperties,
  build(context) {
    const { machine, memory, parameters } = context;
    const mremap = context.get(MREMAP);
    const race = new SwapRace(context);
    race.vma.willChange();
    race.runDisk();
    const moved = new UserPage(context, race.mm, inNextTable(memory));
    mremap.prepare(race.vma, moved.address);
    machine.cpu(0).run('app', () => {
      const dio = race.submit();
      if (parameters.when === 'between') race.reclaim();
      mremap.mremap(race.mm, ADDRESS, moved.address);
      moved.store('hi');
      race.awaitEnd(dio);
      return moved.loadBoth();
    });
    if (parameters.when === 'any time') race.runReclaim();
    return machine.program(({ app }) => {
      judgeRead(context, race, app as Loaded, moved);
    });
  },
});
