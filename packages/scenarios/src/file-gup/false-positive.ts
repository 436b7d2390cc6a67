import { prepareChild } from '@pagerace/fork';
import { defineScenario, integerParameter } from '@pagerace/kernel';
import { mappedPage, pageMaybeDmaPinned, trackFollPin } from '@pagerace/page-model';
import { SWAP } from '@pagerace/swap';
import { VMSCAN } from '@pagerace/vmscan';
import { Findings } from '../findings.js';
import { referencesAreCounted } from '../madv-free/properties.js';
import { Counting, INITIAL, START } from './counting.js';
import { onlyCaution } from './properties-of-counting.js';

const STORED = 2;
const BIAS = 4;

export const fileGupFalsePositive = defineScenario({
  id: 'file-gup-false-positive',
  title: 'C23: a page has so many references that it looks pinned',
  description:
    'A page has as many FOLL_GET references as a pin adds, so that page_maybe_dma_pinned() says that it may be ' +
    'pinned (a bias of 4 here, 1024 in a kernel). The process, which has pinned something before, forks and then ' +
    'stores to the page, while reclaim comes to it. The kernel may copy or keep the page where it need not. Neither ' +
    'process may lose what was stored.',
  parameters: {
    references: integerParameter('how many FOLL_GET references the page has', {
      default: BIAS,
      minimum: 0,
      maximum: 2 * BIAS,
    }),
  },
  machine: { cpus: 2, pages: 10, pinBias: BIAS },
  needs: () => [trackFollPin],
  properties: [onlyCaution, referencesAreCounted],
  expected: [{ with: [trackFollPin], verdict: 'verified' }],
  build(context) {
    const { get, machine, parameters, property } = context;
    const { references } = parameters;
    const counting = new Counting(context);
    const { fork, mm, user } = counting;
    const page = counting.page!;
    const child = context.process('child');
    get(SWAP).swapon({ pages: 2 });
    machine.boot(() => {
      for (let nth = 0; nth < references; nth++) counting.fast({});
      mm.hasPinned.write(1);
      prepareChild(mm, child);
    });
    machine.cpu(0).run('app', () => {
      fork.dupMmap(mm, child);
      user.userWrite(mm, START, STORED);
      return user.userRead(mm, START);
    });
    machine.cpu(1).run('reclaim', () => {
      const looksPinned = pageMaybeDmaPinned(page);
      get(VMSCAN).shrinkInactiveList('inactive_anon');
      return looksPinned;
    });
    return machine.program(({ app, reclaim }) => {
      context.holdsAtEnd(page, references);
      property(referencesAreCounted.id).applies();
      const findings = new Findings();
      const ofChild = mappedPage(child, START)?.contents.load(0) ?? INITIAL;
      findings.demand(
        property(onlyCaution.id),
        app === STORED && ofChild === INITIAL && (references < BIAS || reclaim === true),
        () => `the parent loads ${String(app)}, the child has ${String(ofChild)}`,
      );
      findings.conclude();
    });
  },
});
