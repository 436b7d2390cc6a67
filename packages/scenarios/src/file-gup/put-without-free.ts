import { defineScenario } from '@pagerace/kernel';
import { gupTrackPinned, trackFollPin } from '@pagerace/page-model';
import { referencesAreCounted } from '../madv-free/properties.js';
import { Counting } from './counting.js';

const flags = { write: true, pin: true };

export const fileGupPutWithoutFree = defineScenario({
  id: 'file-gup-put-without-free',
  title: 'C24b: a device returns a page whose process has exited',
  description:
    'A device has a reference to an anonymous page and gives it back, while the process exits. Whoever comes last has ' +
    'to free the page. put_user_page() of February 2019 is page_ref_sub(): it does not look whether a reference is ' +
    'left. unpin_user_page() of v5.7 does.',
  machine: { cpus: 2, pages: 2 },
  properties: [referencesAreCounted],
  expected: [
    { with: [trackFollPin], verdict: 'verified' },
    { with: [gupTrackPinned], verdict: 'violated', properties: ['leak'] },
  ],
  build(context) {
    const { machine, property } = context;
    const counting = new Counting(context);
    const pages = machine.boot(() => counting.fast(flags));
    machine.cpu(0).run('exit', () => counting.fork.exitMmap(counting.mm));
    machine.agent('device').run(() => counting.put(pages, flags));
    return machine.program(() => property(referencesAreCounted.id).applies());
  },
});
