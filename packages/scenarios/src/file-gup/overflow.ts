import { choiceParameter, defineScenario, integerParameter } from '@pagerace/kernel';
import { gupTrackPinned, type Page, trackFollPin } from '@pagerace/page-model';
import { referencesAreCounted } from '../madv-free/properties.js';
import { Counting } from './counting.js';
import { overflowIsSeen } from './properties-of-counting.js';

const BITS = 4;
const flags = { write: true, pin: true };

export const fileGupOverflow = defineScenario({
  id: 'file-gup-overflow',
  title: 'C24: a page is pinned more often than its count has room for',
  description:
    'Two threads of a process pin the same page again and again, and unpin it in the end. The count has 4 bits here, ' +
    'and a pin adds 4; in a kernel it has 32, and a pin adds 1024. get_user_pages() must fail before the count comes ' +
    'round: since v5.7 it does as soon as the count is negative, which leaves half of the range for those who have ' +
    'looked already.',
  parameters: {
    times: integerParameter('how often each thread pins the page', {
      default: 2,
      minimum: 1,
      maximum: 4,
    }),
    path: choiceParameter('how', ['fast', 'slow']),
  },
  machine: { cpus: 2, pages: 2, pinBias: 4, refcountBits: BITS, debugVm: false },
  properties: [overflowIsSeen, referencesAreCounted],
  expected: [
    { with: [trackFollPin], verdict: 'verified' },
    {
      with: [gupTrackPinned],
      verdict: 'violated',
      properties: [overflowIsSeen.id],
      because: 'GUP-fast adds its bias whatever the count is: only get_gup_pin_page() looks',
    },
  ],
  build(context) {
    const { machine, parameters, property } = context;
    const { path, times } = parameters;
    const counting = new Counting(context);
    const pin = (): readonly Page[] =>
      Array.from({ length: times }).flatMap(() =>
        path === 'fast' ? counting.fast(flags) : counting.slow(flags),
      );
    machine.cpu(0).run('T1', pin);
    machine.cpu(1).run('T2', pin);
    return machine.program((results) => {
      const got = Object.values(results as Record<string, readonly Page[]>).flat();
      const page = counting.page!;
      for (const one of got) context.pinsAtEnd(one);
      property(referencesAreCounted.id).applies();
      const count = page._refcount.read();
      const failed = got.length < 2 * times;
      property(overflowIsSeen.id).demand(
        count < 2 ** BITS && (!failed || count >= 2 ** (BITS - 1)),
        `${String(got.length)} of ${String(2 * times)} pins are there, and the count is ${String(count)}, which in ${String(BITS)} bits is ${String(count % 2 ** BITS)}`,
      );
    });
  },
});
