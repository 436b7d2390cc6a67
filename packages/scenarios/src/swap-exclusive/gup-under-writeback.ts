import { choiceParameter, defineScenario } from '@pagerace/kernel';
import type { Page } from '@pagerace/page-model';
import { swpExclusiveV2 } from '@pagerace/rmap';
import { directReadIsSeen, mappingIsCoherent } from '../madv-free/properties.js';
import { Judge, swapProperties } from './judge.js';
import { stableWhileWritten } from './properties.js';
import { SwapRace } from './swap-race.js';

export const swapExclusiveGupUnderWriteback = defineScenario({
  id: 'swap-exclusive-gup-under-writeback',
  title:
    'B38: a device gets a page for writing while a swap device that needs it unchanged writes it',
  description:
    'Reclaim has unmapped the page of a process, which is in the swap cache and dirty, and writes it out on CPU 1. A ' +
    'driver asks for the page, by FOLL_WRITE | FOLL_GET: get_user_pages() faults it in for writing, finds it under writeback maybe, and ' +
    'a device writes to the page that it gets. That must be a copy, or come after the writeback, and be the page that the process has.',
  parameters: {
    device: choiceParameter(
      'the swap device: the disk has the page already, zram gets it by reclaim on CPU 1',
      ['checksumming-disk', 'zram'],
    ),
  },
  machine: { cpus: 2, pages: 5 },
  properties: [directReadIsSeen, mappingIsCoherent, stableWhileWritten, ...swapProperties],
  expected: [
    {
      with: [swpExclusiveV2],
      verdict: 'violated',
      properties: [stableWhileWritten.id],
      because: 'its test drops the marker for every device but one that needs stable pages',
    },
    { verdict: 'verified', because: 'the marker is dropped, and the references say: copy' },
  ],
  build(context) {
    const { machine, parameters } = context;
    const race = new SwapRace(context, { swap: parameters.device });
    if (parameters.device === 'checksumming-disk') race.runWriteback();
    else {
      machine.boot(() => {
        race.unmapIntoCache();
      });
      race.runReclaim();
    }
    machine.cpu(0).run('driver', () => {
      const page = race.hold({ write: true })!;
      race.deviceWrites(page);
      return page;
    });
    return machine.program(({ driver }) => {
      const judge = new Judge(context, race);
      judge.held(driver as Page);
      judge.state();
      judge.conclude();
    });
  },
});
