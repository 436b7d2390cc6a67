import { x86PteSwpExclusive } from '@pagerace/arch-x86';
import { cowByPageCount } from '@pagerace/cow';
import { SWAPOFF, unuseForgetsMarker } from '@pagerace/fault';
import { choiceParameter, defineScenario } from '@pagerace/kernel';
import { bioPinPages } from '@pagerace/block';
import { swpExclusive } from '@pagerace/rmap';
import { judgeRead, swapReadProperties } from './judge.js';
import { SwapRace } from './swap-race.js';
import type { Loaded } from './user-page.js';

export const swapExclusiveSwapoff = defineScenario({
  id: 'swap-exclusive-swapoff',
  title: 'B5: a direct read, swap-out, swapoff and a store',
  description:
    'A process has submitted a direct read into the lower half of a page. Reclaim has put the page into the ' +
    'swap cache and unmapped it, and has written nothing to swap because of the reference of the request. On ' +
    'CPU 1 swapoff maps the page again, read-only (unuse_pte()); the process on CPU 0 stores to the upper ' +
    'half, after that or meanwhile. A store that copies takes the page away from under the device: what it writes is lost.',
  parameters: {
    swapoff: choiceParameter('when swapoff maps the page again', ['before', 'meanwhile']),
  },
  machine: { cpus: 2, pages: 5 },
  properties: swapReadProperties,
  expected: [
    { without: [cowByPageCount], verdict: 'verified', because: 'references do not count' },
    {
      with: [cowByPageCount],
      without: [swpExclusive, bioPinPages],
      verdict: 'violated',
      properties: ['I-COH & I-DIO'],
      because: 'unuse_pte() maps the page read-only, and the store sees the reference',
    },
    {
      with: [x86PteSwpExclusive, unuseForgetsMarker],
      without: [bioPinPages],
      architectures: ['x86'],
      verdict: 'violated',
      properties: ['I-COH & I-DIO'],
      because: 'B24: the page of a marked entry is mapped as one that may be shared',
    },
    {
      with: [swpExclusive],
      without: [unuseForgetsMarker],
      architectures: ['x86'],
      verdict: 'verified',
      because: '1493a1913e34: unuse_pte() restores the flag by the marker of the entry',
    },
  ],
  build(context) {
    const { machine } = context;
    const race = new SwapRace(context);
    const swapoff = context.get(SWAPOFF);
    const dio = machine.boot(() => {
      const submitted = race.submit();
      race.reclaim();
      return submitted;
    });
    race.runDisk();
    machine.cpu(0).run('app', () => {
      race.store('hi');
      race.awaitEnd(dio);
      return race.loadBoth();
    });
    if (context.parameters.swapoff === 'before') machine.boot(() => swapoff.tryToUnuse());
    else
      machine.cpu(1).run('swapoff', () => {
        swapoff.tryToUnuse();
      });
    return machine.program(({ app }) => {
      judgeRead(context, race, app as Loaded);
    });
  },
});
