import { choiceParameter, defineScenario, flagParameter } from '@pagerace/kernel';
import { gupTrackPinned, trackFollPin } from '@pagerace/page-model';
import { referencesAreCounted } from '../madv-free/properties.js';
import { Counting } from './counting.js';

const flags = { write: true, pin: true };

export const fileGupHugeEntry = defineScenario({
  id: 'file-gup-huge-entry',
  title: 'C24a: the pages of a huge entry are got at once, and put one by one',
  description:
    'A process asks for references to the two pages of a huge page that one entry maps, and gives each back. As ' +
    'posted in February 2019, gup_huge_pmd() takes one bias for both, and put_user_page() subtracts one for each; ' +
    'with CONFIG_DEBUG_VM it asserts first that the count is as much. The slow path has follow_trans_huge_pmd(), ' +
    'which the patch leaves alone: it takes an ordinary reference for each page.',
  parameters: {
    path: choiceParameter('how references are taken', ['fast', 'slow']),
    debugVm: flagParameter('whether the kernel has CONFIG_DEBUG_VM'),
  },
  machine: ({ debugVm }) => ({ cpus: 2, pages: 6, hugePages: 1, hpagePmdNr: 2, debugVm }),
  properties: [referencesAreCounted],
  expected: [
    { with: [trackFollPin], verdict: 'verified' },
    { with: [gupTrackPinned], verdict: 'violated', properties: [referencesAreCounted.id] },
  ],
  build(context) {
    const { machine, parameters, property } = context;
    const { path } = parameters;
    const counting = new Counting(context, { huge: true });
    const head = counting.page!;
    machine
      .cpu(0)
      .run('app', () =>
        counting.put(path === 'fast' ? counting.fast(flags) : counting.slow(flags), flags),
      );
    return machine.program(() => {
      const count = head._refcount.read();
      property(referencesAreCounted.id).demand(
        count === 1,
        `${head.name} is mapped once and held by nobody, and its count is ${String(count)}`,
      );
    });
  },
});
