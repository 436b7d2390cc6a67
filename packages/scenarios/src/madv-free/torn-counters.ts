import { BIO_PAGE_REFERENCES } from '@pagerace/block';
import { FORK, type Fork, prepareChild } from '@pagerace/fork';
import { GET_USER_PAGES } from '@pagerace/gup';
import { defineScenario, type Scenario, type ScenarioContext } from '@pagerace/kernel';
import type { Mm } from '@pagerace/page-model';
import type { Program } from '@pagerace/explorer';
import { DirectReadRace, type Reclaimed } from './direct-read-race.js';
import {
  discardedIsUnused,
  freeIsUntouched,
  mappingIsCoherent,
  referencesAreCounted,
} from './properties.js';

const properties = [mappingIsCoherent, discardedIsUnused, referencesAreCounted, freeIsUntouched];

/**
 * A parent that holds a reference for direct I/O and has forked since, and reclaim, which reads the two
 * counters of the page one after the other while `childDoes` changes both.
 */
function build(
  context: ScenarioContext<unknown>,
  childDoes: (fork: Fork, child: Mm, grandchild: Mm) => void,
): Program {
  const { machine } = context;
  const race = new DirectReadRace(context);
  const { buffer } = race;
  const fork = context.get(FORK);
  const flags = { write: true, pin: context.get(BIO_PAGE_REFERENCES).pin };
  const child = context.process('child', 0);
  const grandchild = context.process('grandchild', 0);
  machine.boot(() => {
    context.get(GET_USER_PAGES).getUserPagesFast(buffer.mm, buffer.address(0), 1, flags);
    prepareChild(buffer.mm, child);
    fork.dupMmap(buffer.mm, child);
    prepareChild(child, grandchild);
  });
  machine.cpu(0).run('child', () => childDoes(fork, child, grandchild));
  machine.cpu(1).run('reclaim', () => race.reclaim());
  return machine.program(({ reclaim }) => {
    if (flags.pin) context.pinsAtEnd(buffer.page(0));
    else context.holdsAtEnd(buffer.page(0));
    race.judgeReferences();
    race.judgeHeld((reclaim as Reclaimed).decisions);
  });
}

export const madvFreeTornByFork: Scenario = defineScenario({
  id: 'madv-free-torn-by-fork',
  title: 'A10: fork after GUP, and another fork between the two counters that reclaim reads',
  description:
    'The parent holds a page for direct I/O and has forked; reclaim is at the parent’s mapping. It reads ' +
    'the references, then the mappings; in between the child forks, and adds one to each. Known, and out ' +
    'of contract: open(2) says that fork and O_DIRECT do not go together.',
  machine: { cpus: 2, pages: 12 },
  properties,
  build: (context) => build(context, (fork, child, grandchild) => fork.dupMmap(child, grandchild)),
});

export const madvFreeTornByExit: Scenario = defineScenario({
  id: 'madv-free-torn-by-exit',
  title: 'A11: fork after GUP, and the child exits between the two counters that reclaim reads',
  description:
    'As madv-free-torn-by-fork, but the child exits: the mapping goes first, fully ordered, and the ' +
    'reference after it. Reclaim reads the references first, with no barrier between the loads.',
  machine: { cpus: 2, pages: 12 },
  properties,
  build: (context) => build(context, (fork, child) => fork.exitMmap(child)),
});
