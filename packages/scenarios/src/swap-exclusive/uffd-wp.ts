import { defineScenario, type PropertyDefinition } from '@pagerace/kernel';
import { PageAnonExclusive } from '@pagerace/page-model';
import { ANON_EXCLUSIVE } from '@pagerace/rmap';
import { USERFAULTFD } from '@pagerace/userfaultfd';
import { Judge, swapProperties } from './judge.js';
import { ownStoreIsKept } from './properties.js';
import { SwapRace } from './swap-race.js';
import { ADDRESS, INITIAL } from './user-page.js';

const reportedFirst: PropertyDefinition = {
  id: 'I-UFFD',
  statement:
    'a store to a page that is write-protected by userfaultfd is done after its handler has resolved it',
};

const staysExclusive: PropertyDefinition = {
  id: 'I-REUSE',
  statement:
    'in a kernel with PG_anon_exclusive, a page that comes in from swap for one process alone, and is written to, is marked so',
};

export const swapExclusiveUffdWp = defineScenario({
  id: 'swap-exclusive-uffd-wp',
  title: 'B32: reclaim takes a page that is write-protected by userfaultfd',
  description:
    'A process has write-protected its page with UFFDIO_WRITEPROTECT. Reclaim has swapped the page out, whose swap ' +
    'entry has the uffd-wp bit besides soft-dirty and the exclusive marker. A store to the page must be ' +
    'reported, and not done, until the handler has resolved the fault, wherever the page is meanwhile; and ' +
    'each of the three bits is independent of the others. Without a uffd-wp bit the process cannot ' +
    'register, and there is nothing to see.',
  machine: { cpus: 2, pages: 6 },
  properties: [reportedFirst, staysExclusive, ownStoreIsKept, ...swapProperties],
  build(context) {
    const { arch, machine, memory, property } = context;
    const userfaultfd = context.get(USERFAULTFD);
    const ctx = arch.hasUffdWp ? userfaultfd.open('uffd') : undefined;
    const isTracked = context.get(ANON_EXCLUSIVE).isTracked;
    const race = new SwapRace(context, ctx === undefined ? {} : { userfaultfdCtx: ctx });
    const { mm } = race;
    const end = ADDRESS + memory.pageSize;
    machine.boot(() => {
      if (ctx !== undefined) userfaultfd.writeprotect(ctx, mm, ADDRESS, end, true);
      race.reclaim();
    });
    machine.cpu(0).run('app', () => {
      race.store('hi');
      return race.load('hi');
    });
    if (ctx !== undefined)
      machine.cpu(1).run('handler', () => {
        const address = ctx.read();
        const before = race.load('hi');
        userfaultfd.writeprotect(ctx, mm, address - (address % memory.pageSize), end, false);
        return before;
      });
    return machine.program(({ app, handler }) => {
      const judge = new Judge(context, race);
      if (ctx !== undefined) {
        judge.demand(
          property(reportedFirst.id),
          handler === INITIAL.hi,
          () => `the handler was told of a store, and found ${String(handler)} there`,
        );
        judge.demand(
          property(staysExclusive.id),
          !isTracked || PageAnonExclusive(race.mapped()!),
          () => 'the page was written to, and is not marked exclusive',
        );
      }
      judge.store(app as number);
      judge.state();
      judge.conclude();
    });
  },
});
