import { prepareChild } from '@pagerace/fork';
import { HUGE_MEMORY } from '@pagerace/huge-memory';
import { defineScenario } from '@pagerace/kernel';
import { gupTrackPinned, mmapReadLock, mmapReadUnlock, trackFollPin } from '@pagerace/page-model';
import { referencesAreCounted } from '../madv-free/properties.js';
import { Counting, START } from './counting.js';
import { overflowIsSeen } from './properties-of-counting.js';

const flags = { pin: true };

export const fileGupFalseOverflow = defineScenario({
  id: 'file-gup-false-overflow',
  title: 'C24d: a page of few references, whose count is said to have overflowed',
  description:
    'A huge page is mapped by one entry in a process, and page by page in its child. The process asks for its two ' +
    'pages by GUP-fast, and gives them back, as in C24a; then the child asks for them the slow way. As posted in ' +
    'February 2019, the first makes the count negative, and get_gup_pin_page() compares an int with UINT_MAX - ' +
    'GUP_PIN_COUNTING_BIAS, an unsigned long: on 64 bits a negative count is greater, and it fails with -EOVERFLOW.',
  machine: { cpus: 2, pages: 12, hugePages: 1, hpagePmdNr: 2, refcountBits: 32, debugVm: false },
  properties: [overflowIsSeen, referencesAreCounted],
  expected: [
    { with: [trackFollPin], verdict: 'verified' },
    { with: [gupTrackPinned], verdict: 'violated', properties: [overflowIsSeen.id] },
  ],
  build(context) {
    const { get, machine, property } = context;
    const counting = new Counting(context, { huge: true });
    const { fork, mm } = counting;
    const child = context.process('child', 1);
    machine.boot(() => {
      prepareChild(mm, child);
      fork.dupMmap(mm, child);
      mmapReadLock(child);
      get(HUGE_MEMORY).splitHugePmd(child.findVma(START)!, START);
      mmapReadUnlock(child);
    });
    machine.cpu(0).run('app', () => {
      counting.put(counting.fast(flags), flags);
      const got = counting.slow(flags, child);
      counting.put(got, flags);
      return got.length;
    });
    return machine.program(({ app }) => {
      property(referencesAreCounted.id).applies();
      property(overflowIsSeen.id).demand(
        app === 2,
        `${String(app)} of 2 pages are got, and their count is ${String(counting.page!._refcount.read())}`,
      );
    });
  },
});
