import { GET_USER_PAGES } from '@pagerace/gup';
import { defineScenario } from '@pagerace/kernel';
import { DirectReadRace, type Reclaimed } from './direct-read-race.js';
import { discardedIsUnused, freeIsUntouched, referencesAreCounted } from './properties.js';

export const madvFreeTransientReference = defineScenario({
  id: 'madv-free-transient-reference',
  title: 'A7: GUP-fast takes a reference, sees that the entry has changed, and backs off',
  description:
    'A process asks for its lazyfree page by GUP-fast alone, and gives it back at once. A reference that ' +
    'GUP-fast does not keep may make reclaim spare the page, or leave it to whoever has it last; but it ' +
    'must not be lost, nor taken for one that is held.',
  machine: { cpus: 2, pages: 6 },
  properties: [discardedIsUnused, referencesAreCounted, freeIsUntouched],
  build(context) {
    const { machine } = context;
    const race = new DirectReadRace(context);
    const gup = context.get(GET_USER_PAGES);
    const flags = { write: true, fastOnly: true };
    machine.cpu(0).run('app', () => {
      const pages = gup.getUserPagesFast(race.buffer.mm, race.buffer.address(0), 1, flags);
      for (const page of pages) gup.release(page, flags);
      return pages.length;
    });
    machine.cpu(1).run('reclaim', () => race.reclaim());
    return machine.program(({ app, reclaim }) => {
      const { freed, decisions } = reclaim as Reclaimed;
      race.judgeReferences();
      if (!decisions.some(({ fate }) => fate === 'discard')) return;
      // What reclaim could not free although it had discarded it was held by somebody.
      context
        .property(discardedIsUnused.id)
        .demand(app === 0 || freed === 1, 'reclaim discarded a page that GUP-fast had given out');
    });
  },
});
