import { choiceParameter, defineScenario, flagParameter } from '@pagerace/kernel';
import type { Page } from '@pagerace/page-model';
import { gupTrackPinned, gupVmstat } from '@pagerace/page-model';
import { referencesAreCounted } from '../madv-free/properties.js';
import { Counting } from './counting.js';
import { requestsAreReturned } from './properties-of-counting.js';

const flags = { write: true };

/** nr_gup_page_count_overflows. */
const OVERFLOWS = 3;

export const fileGupCounters = defineScenario({
  id: 'file-gup-counters',
  title: 'C21: the five counters of February 2019, while entries change',
  description:
    'A process asks for references to its memory, for writing, and gives them back by put_user_page(), as a direct ' +
    'read does; meanwhile another CPU makes the entry read-only, as page_mkclean() does, so that GUP-fast may have to back off. ' +
    'The counters are those of “[PATCH 5/6] mm/gup: /proc/vmstat support for get/put user pages”, each incremented ' +
    'where the patch has it. With order-0 pages a back-off adds one to what is requested and one to what is ' +
    'returned. A huge entry adds one, whatever it gives out.',
  parameters: {
    path: choiceParameter(
      'how references are taken: GUP-fast first, the slow way, or that until the count has no room',
      ['fast', 'slow', 'overflow'],
    ),
    page: choiceParameter('what is mapped: a small page, or a huge one of two by one entry', [
      'small',
      'huge',
    ]),
    leaks: flagParameter('a call site that does not match: one page is never put'),
  },
  machine: ({ page, path }) => ({
    cpus: 2,
    pages: page === 'huge' ? 6 : 3,
    ...(page === 'huge' ? { hugePages: 1, hpagePmdNr: 2 } : {}),
    ...(path === 'overflow' ? { pinBias: 4, refcountBits: 4 } : {}),
    debugVm: false,
    statThreshold: 0,
  }),
  needs: () => [gupTrackPinned, gupVmstat],
  properties: [requestsAreReturned, referencesAreCounted],
  expected: [{ with: [gupTrackPinned, gupVmstat], verdict: 'verified' }],
  build(context) {
    const { machine, memory, parameters, property } = context;
    const { leaks, page, path } = parameters;
    const counting = new Counting(context, { huge: page === 'huge' });
    machine.cpu(0).run('app', () => {
      const got = path === 'overflow' ? untilOverflow(counting) : counting[path](flags);
      counting.put(leaks ? got.slice(1) : got, flags);
      return got;
    });
    // What happens to a huge page is the same without.
    if (page === 'small') machine.cpu(1).run('mkclean', () => counting.mkclean());
    return machine.program(({ app }) => {
      const got = app as readonly Page[];
      if (leaks) context.pinsAtEnd(got[0]!);
      const overflows = memory.vmstat!.total(OVERFLOWS);
      property(requestsAreReturned.id).demand(
        overflows === (path === 'overflow' ? 1 : 0),
        `${String(overflows)} overflows are counted`,
      );
      counting.judge(leaks ? 1 : 0);
    });
  },
});

/** References the slow way, as often as the count has room. */
function untilOverflow(counting: Counting): readonly Page[] {
  const got: Page[] = [];
  for (;;) {
    const [page] = counting.slow(flags);
    if (page === undefined) return got;
    got.push(page);
  }
}
