import { riscvPteSwpExclusive } from '@pagerace/arch-riscv';
import { x86For32PteSwpExclusive, x86PteSwpExclusive } from '@pagerace/arch-x86';
import { bioPinPages } from '@pagerace/block';
import { cowByPageCount } from '@pagerace/cow';
import {
  choiceParameter,
  defineScenario,
  type ParameterValues,
  type ScenarioContext,
} from '@pagerace/kernel';
import { swpExclusive } from '@pagerace/rmap';
import { swapDeviceKinds } from '@pagerace/swap';
import type { Program } from '@pagerace/explorer';
import { judgeRead, swapReadProperties } from './judge.js';
import { SwapRace } from './swap-race.js';
import type { Loaded } from './user-page.js';

const what =
  'A process submits a direct read into the lower half of a page. Meanwhile reclaim puts the page into the ' +
  'swap cache and unmaps it, and writes nothing to swap because of the reference of the request. ';

const parameters = {
  reclaim: choiceParameter('when reclaim comes across the page', ['before', 'meanwhile']),
  // B20g: the page stays in the swap cache, so that it is found there on zram, too.
  swap: choiceParameter('the swap device', swapDeviceKinds),
};

function build(
  context: ScenarioContext<ParameterValues<typeof parameters>>,
  loadsFirst: boolean,
): Program {
  const { machine, parameters } = context;
  const race = new SwapRace(context, { swap: parameters.swap });
  const dio = machine.boot(() => race.submit());
  if (parameters.reclaim === 'before') machine.boot(() => race.reclaim());
  else race.runReclaim();
  race.runDisk();
  machine.cpu(0).run('app', () => {
    if (loadsFirst) race.load('hi');
    race.store('hi');
    race.awaitEnd(dio);
    return race.loadBoth();
  });
  return machine.program(({ app }) => {
    judgeRead(context, race, app as Loaded);
  });
}

export const swapExclusiveRefault = defineScenario({
  id: 'swap-exclusive-refault',
  title: 'B1: a direct read, swap-out, a load and then a store',
  description:
    what +
    'The process loads from the upper half, so that the page is mapped again, read-only, and stores to it. A ' +
    'store that copies takes the page away from under the device: what the device writes is lost.',
  parameters,
  machine: { cpus: 2, pages: 5 },
  properties: swapReadProperties,
  expected: [
    {
      without: [cowByPageCount],
      verdict: 'verified',
      because: 'do_wp_page() counts mappings and swap entries, not references',
    },
    {
      with: [cowByPageCount],
      without: [swpExclusive, bioPinPages],
      verdict: 'violated',
      properties: ['I-COH & I-DIO'],
      because: 'the walk-through in the review of 1493a1913e34: the store sees the reference',
    },
    {
      with: [swpExclusive],
      without: [riscvPteSwpExclusive],
      architectures: ['riscv', 'riscv-qspinlock'],
      verdict: 'violated',
      properties: ['I-COH & I-DIO'],
      because: '__HAVE_ARCH_PTE_SWP_EXCLUSIVE: the entry has no bit for it up to v6.2',
    },
    {
      with: [swpExclusive],
      without: [x86For32PteSwpExclusive],
      architectures: ['x86-32', 'x86-32-pae'],
      verdict: 'violated',
      properties: ['I-COH & I-DIO'],
      because: '3e20889cfbee gives 64-bit x86 the bit alone: _PAGE_SWP_EXCLUSIVE, pgtable_64.h',
    },
    {
      with: [swpExclusive, x86For32PteSwpExclusive],
      architectures: ['x86-32', 'x86-32-pae'],
      verdict: 'verified',
      because: '1493a1913e34: the swap entry remembers that the page is exclusive',
    },
    {
      with: [swpExclusive, x86PteSwpExclusive],
      architectures: ['x86', 'x86-ipi', 'x86-kvm', 'x86-broadcast'],
      verdict: 'verified',
      because: '1493a1913e34: the swap entry remembers that the page is exclusive',
    },
    {
      with: [swpExclusive, riscvPteSwpExclusive],
      architectures: ['riscv', 'riscv-qspinlock'],
      verdict: 'verified',
      because: '1493a1913e34: the swap entry remembers that the page is exclusive',
    },
  ],
  build: (context) => build(context, true),
});

export const swapExclusiveStore = defineScenario({
  id: 'swap-exclusive-store',
  title: 'B2: a direct read, swap-out, and a store at once',
  description:
    what +
    'The process stores to the upper half at once, so that the first fault is a write: do_swap_page() itself ' +
    'decides whether the page may be written to, or is copied.',
  parameters,
  machine: { cpus: 2, pages: 5 },
  properties: swapReadProperties,
  build: (context) => build(context, false),
});
