import { x86PteSwpExclusive } from '@pagerace/arch-x86';
import { SWAPOFF, swpFlagsKeepMarker } from '@pagerace/fault';
import { choiceParameter, defineScenario } from '@pagerace/kernel';
import { Judge, swapStoreProperties } from './judge.js';
import { swapoffEnds } from './properties.js';
import { SwapRace } from './swap-race.js';
import { INITIAL } from './user-page.js';

export const swapExclusiveSwapoffMarked = defineScenario({
  id: 'swap-exclusive-swapoff-marked',
  title: 'B25: swapoff meets an entry with the exclusive marker, while the process loads',
  description:
    'Reclaim has unmapped a page and written it to swap; its entry has the exclusive marker. swapoff maps the page again, ' +
    'unless a load of the process does so first. unuse_pte() knows the entry by its slot: pte_swp_clear_flags() takes the marker ' +
    'out before it compares (pte_same_as_swp()). If the marker stays, no pass of try_to_unuse() ever ends the use of ' +
    'the slot, and swapoff goes on for ever.',
  parameters: {
    load: choiceParameter('whether the process loads meanwhile', ['no', 'yes']),
  },
  machine: { cpus: 2, pages: 5 },
  properties: [swapoffEnds, ...swapStoreProperties],
  expected: [
    {
      with: [x86PteSwpExclusive, swpFlagsKeepMarker],
      architectures: ['x86'],
      verdict: 'violated',
      properties: [swapoffEnds.id],
      because: 'an entry that is marked is never the same as its slot’s',
    },
    {
      without: [swpFlagsKeepMarker],
      verdict: 'verified',
      because: 'pte_swp_clear_flags() takes every flag out',
    },
  ],
  build(context) {
    const { get, machine, parameters, property } = context;
    const race = new SwapRace(context);
    const swapoff = get(SWAPOFF);
    machine.boot(() => {
      race.reclaim();
    });
    machine.cpu(0).run('app', () => (parameters.load === 'yes' ? race.load('hi') : INITIAL.hi));
    machine.cpu(1).run('swapoff', () => swapoff.tryToUnuse());
    return machine.program(({ app, swapoff: isUnused }) => {
      const judge = new Judge(context, race);
      judge.store(app as number, INITIAL.hi);
      judge.demand(
        property(swapoffEnds.id),
        isUnused === true,
        () => 'a slot is used after a pass of try_to_unuse(), which begins again',
      );
      judge.state();
      judge.conclude();
    });
  },
});
