import { defineScenario } from '@pagerace/kernel';
import { MREMAP } from '@pagerace/mprotect';
import { entryProperties, EntryRace, whenReclaimed } from './entry-race.js';
import { ADDRESS, type Loaded } from './swap-race.js';

/** Where the page is moved to: within what another page table covers, on every architecture. */
const NEW_ADDRESS = ADDRESS + 2 ** 30;

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
  properties: entryProperties,
  build(context) {
    const { machine } = context;
    const mremap = context.get(MREMAP);
    const race = new EntryRace(context, context.parameters);
    mremap.prepare(race.vma, NEW_ADDRESS);
    machine.cpu(0).run('app', () => {
      const page = race.submit();
      race.letReclaim();
      mremap.mremap(race.mm, ADDRESS, NEW_ADDRESS);
      race.store('hi', undefined, NEW_ADDRESS);
      race.awaitEnd(page);
      return race.loadBoth(NEW_ADDRESS);
    });
    race.reclaimer();
    return machine.program(({ app }) => {
      race.judge(app as Loaded, undefined, NEW_ADDRESS);
    });
  },
});
