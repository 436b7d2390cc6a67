import { choiceParameter, defineScenario, integerParameter } from '@pagerace/kernel';
import { gupTrackPinned, gupVmstat } from '@pagerace/page-model';
import { referencesAreCounted } from '../madv-free/properties.js';
import { Counting, differenceOf } from './counting.js';
import {
  differenceHasSign,
  differenceIsBounded,
  requestsAreReturned,
} from './properties-of-counting.js';

const flags = { write: true };

export const fileGupCountersRead = defineScenario({
  id: 'file-gup-counters-read',
  title: 'C21r: /proc/vmstat is read while references come and go',
  description:
    'A process takes references and gives them back; meanwhile a reader sums what /proc/vmstat has as requested, ' +
    'slow and then fast, and subtracts what it has as returned. The counters are read one after the other, which ' +
    'the document of February 2019 calls an inherent race. With a threshold each CPU keeps differences of its own, ' +
    'which vmstat_update() adds to the node later (mm/vmstat.c), item by item.',
  parameters: {
    times: integerParameter('how often a reference is taken and given back', {
      default: 2,
      minimum: 1,
      maximum: 4,
    }),
    threshold: integerParameter('stat_threshold: the greatest difference that a CPU keeps', {
      default: 0,
      minimum: 0,
      maximum: 125,
    }),
    claim: choiceParameter('what I-SIGN claims of the difference that the reader finds', [
      'any',
      'not negative',
      'not positive',
    ]),
  },
  machine: ({ threshold }) => ({ cpus: 2, pages: 2, statThreshold: threshold }),
  needs: () => [gupTrackPinned, gupVmstat],
  properties: [requestsAreReturned, differenceIsBounded, differenceHasSign, referencesAreCounted],
  expected: [{ with: [gupTrackPinned, gupVmstat], verdict: 'verified' }],
  build(context) {
    const { machine, memory, parameters, property } = context;
    const { claim, threshold, times } = parameters;
    const counting = new Counting(context);
    const vmstat = memory.vmstat!;
    machine.cpu(0).run('app', () => {
      for (let time = 0; time < times; time++) counting.put(counting.fast(flags), flags);
    });
    if (threshold > 0) machine.cpu(0).run('vmstat', () => vmstat.refreshCpuVmStats());
    machine
      .cpu(1)
      .run('reader', () =>
        differenceOf(vmstat.items.map((_item, nth) => vmstat.globalNodePageState(nth))),
      );
    return machine.program(({ reader }) => {
      const difference = reader as number;
      const found = `the reader finds ${String(difference)} more requested than returned`;
      property(differenceIsBounded.id).demand(Math.abs(difference) <= times, found);
      property(differenceHasSign.id).demand(
        claim === 'any' || (claim === 'not negative' ? difference >= 0 : difference <= 0),
        found,
      );
      counting.judge(0);
    });
  },
});
