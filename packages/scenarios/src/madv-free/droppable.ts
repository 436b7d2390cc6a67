import { defineScenario } from '@pagerace/kernel';
import { VM_DROPPABLE } from '@pagerace/page-model';
import { VMSCAN } from '@pagerace/vmscan';
import { DirectReadRace, type Reclaimed } from './direct-read-race.js';
import {
  discardedIsUnused,
  freeIsUntouched,
  oldOrNothing,
  referencesAreCounted,
} from './properties.js';

export const madvFreeDroppable = defineScenario({
  id: 'madv-free-droppable',
  title: 'A13: a dirty page of a MAP_DROPPABLE mapping',
  description:
    'The process has stored to a page of a droppable mapping, which is lazyfree from its birth, and is ' +
    'not used by any device. Reclaim may discard it although it is dirty. Kernels before v6.11 know of no ' +
    'such mapping: there the page is an ordinary one, and the scenario is vacuous.',
  machine: { cpus: 2, pages: 6 },
  properties: [oldOrNothing, discardedIsUnused, referencesAreCounted, freeIsUntouched],
  build(context) {
    const { machine } = context;
    const race = new DirectReadRace(context, { state: 'dirty', vmFlags: VM_DROPPABLE });
    // The store has left the entry young: reclaim spares the page once, and takes note.
    machine.boot(() => context.get(VMSCAN).shrinkInactiveList('inactive_file'));
    machine.cpu(0).run('app', () => race.buffer.load(0));
    machine.cpu(1).run('reclaim', () => race.reclaim());
    return machine.program(({ app, reclaim }) => {
      race.judgeReferences();
      context
        .property(oldOrNothing.id)
        .demand(app === 0 || app === 1, `the load returned ${String(app)}`);
      if ((reclaim as Reclaimed).decisions.some(({ fate }) => fate === 'discard')) {
        context.property(discardedIsUnused.id).applies();
      }
    });
  },
});
