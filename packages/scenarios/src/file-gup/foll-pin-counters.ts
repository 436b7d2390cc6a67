import { choiceParameter, defineScenario } from '@pagerace/kernel';
import { follPinCounters, exactPincount, trackFollPin } from '@pagerace/page-model';
import { referencesAreCounted } from '../madv-free/properties.js';
import { Counting } from './counting.js';
import { requestsAreReturned } from './properties-of-counting.js';

export const fileGupFollPinCounters = defineScenario({
  id: 'file-gup-foll-pin-counters',
  title: 'C22: nr_foll_pin_acquired and nr_foll_pin_released, while entries change',
  description:
    'A process pins its memory and unpins it; meanwhile another CPU takes the entry away (MADV_DONTNEED), so that ' +
    'GUP-fast may have to back off. The two counters of v5.7 (1970dc6f5226) count FOLL_PIN only, page by page, also ' +
    'what is given back by a back-off. The zero page counted up to v6.4, and does not since v6.5 (c8070b787519).',
  parameters: {
    page: choiceParameter(
      'what is pinned: a small page for writing, a huge one of two, or the zero page for reading',
      ['small', 'huge', 'zero'],
    ),
  },
  machine: ({ page }) => ({
    cpus: 2,
    pages: page === 'huge' ? 6 : 3,
    ...(page === 'huge' ? { hugePages: 1, hpagePmdNr: 2 } : {}),
    statThreshold: 0,
  }),
  needs: () => [follPinCounters],
  properties: [requestsAreReturned, referencesAreCounted],
  expected: [{ with: [follPinCounters, trackFollPin, exactPincount], verdict: 'verified' }],
  build(context) {
    const { machine, parameters } = context;
    const { page } = parameters;
    const flags = { write: page !== 'zero', pin: true };
    const counting = new Counting(context, { huge: page === 'huge', written: page !== 'zero' });
    machine.cpu(0).run('app', () => counting.put(counting.fast(flags), flags));
    machine.cpu(1).run('dontneed', () => counting.dontNeed());
    return machine.program(() => counting.judge(0));
  },
});
