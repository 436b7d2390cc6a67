import { defineScenario, type PropertyDefinition } from '@pagerace/kernel';
import { CLEAR_REFS } from '@pagerace/mprotect';
import { walkToPte } from '@pagerace/page-model';
import { Judge, swapReadProperties } from './judge.js';
import { SwapRace } from './swap-race.js';
import { ADDRESS, type Loaded } from './user-page.js';

const writtenIsSoftDirty: PropertyDefinition = {
  id: 'I-SOFT-DIRTY',
  statement:
    'an entry through which was written since clear_refs is soft-dirty, in memory and in swap',
};

export const swapExclusiveSoftDirty = defineScenario({
  id: 'swap-exclusive-soft-dirty',
  title: 'B33: clear_refs clears the soft-dirty bit of a swap entry, under a direct read',
  description:
    'A process reads from a device into the lower half of its page. Reclaim unmaps the page, and leaves it in ' +
    'the swap cache because of the reference; then 4 is written to clear_refs. The process stores to the ' +
    'upper half. Clearing the soft-dirty bit of the swap entry must not clear the exclusive marker, nor the ' +
    'other way round: the store makes the entry soft-dirty, and the page is not copied.',
  machine: { cpus: 2, pages: 6 },
  properties: [...swapReadProperties, writtenIsSoftDirty],
  build(context) {
    const { arch, machine, property } = context;
    const clearRefs = context.get(CLEAR_REFS);
    const race = new SwapRace(context);
    race.vma.willChange();
    race.runDisk();
    machine.cpu(0).run('app', () => {
      const dio = race.submit();
      race.reclaim();
      clearRefs.clearSoftDirty(race.mm);
      race.store('hi');
      race.awaitEnd(dio);
      return race.loadBoth();
    });
    return machine.program(({ app }) => {
      const { lo, hi } = app as Loaded;
      const judge = new Judge(context, race);
      judge.read(lo);
      judge.store(hi);
      judge.state();
      const pte = walkToPte(race.mm, ADDRESS)!.ptep.read();
      if (arch.hasSoftDirty)
        judge.demand(
          property(writtenIsSoftDirty.id),
          arch.ptePresent(pte) ? arch.pteSoftDirty(pte) : arch.pteSwpSoftDirty(pte),
          () => 'the process has stored since clear_refs, and the entry is not soft-dirty',
        );
      judge.conclude();
    });
  },
});
