import { defineScenario } from '@pagerace/kernel';
import { gupTrackPinned, pageMaybeDmaPinned, trackFollPin } from '@pagerace/page-model';
import { referencesAreCounted } from '../madv-free/properties.js';
import { Counting } from './counting.js';
import { pinIsSeen } from './properties-of-counting.js';

const flags = { write: true, pin: true };

export const fileGupLastReference = defineScenario({
  id: 'file-gup-last-reference',
  title: 'C24c: a pin is the only reference left, and is looked for',
  description:
    'A process has pinned its page for a device, and exits. Another CPU asks whether the page is pinned. As posted ' +
    'in February 2019, page_gup_pinned() says so if the count is greater than the bias, “False, if the page is ' +
    'definitely not gup-pinned”. A pin alone is as much as the bias. Up to v5.6 nobody can ask.',
  machine: { cpus: 2, pages: 2 },
  properties: [pinIsSeen, referencesAreCounted],
  expected: [
    { with: [trackFollPin], verdict: 'verified' },
    { with: [gupTrackPinned], verdict: 'violated', properties: [pinIsSeen.id] },
    { verdict: 'vacuous', because: 'no reference is told from another' },
  ],
  build(context) {
    const { memory, machine, property } = context;
    const counting = new Counting(context);
    const page = counting.page!;
    machine.boot(() => counting.fast(flags));
    machine.cpu(0).run('exit', () => counting.fork.exitMmap(counting.mm));
    machine.cpu(1).run('ask', () => pageMaybeDmaPinned(page));
    return machine.program(({ ask }) => {
      context.pinsAtEnd(page);
      property(referencesAreCounted.id).applies();
      if (!memory.pinCounting.isPin(flags)) return;
      property(pinIsSeen.id).demand(
        ask === true,
        `${page.name} is pinned, and who asks is told that it is not`,
      );
    });
  },
});
