import { referenceRc11 } from '../../src/index.js';
import { expectVerdicts } from './expected-verdicts.js';
import { type Orders } from './shapes.js';

const orders: Orders = {
  rlx: { first: ['RLX'], second: ['RLX'] },
  'rlx-rel': { first: ['RLX'], second: ['REL'] },
  'acq-rlx': { first: ['ACQ'], second: ['RLX'] },
  'acq-rel': { first: ['ACQ'], second: ['REL'] },
  'rel-rel': { first: ['REL'], second: ['REL'] },
  'rel-acq': { first: ['REL'], second: ['ACQ'] },
  'rlx-sc': { first: ['RLX'], second: ['SC'] },
  'sc-rlx': { first: ['SC'], second: ['RLX'] },
  sc: { first: ['SC'], second: ['SC'] },
  'acq-sc': { first: ['ACQ'], second: ['SC'] },
  'sc-rel': { first: ['SC'], second: ['REL'] },
  'fence.rel': { first: ['RLX'], fence: ['REL'], second: ['RLX'] },
  'fence.acq': { first: ['RLX'], fence: ['ACQ'], second: ['RLX'] },
  'fence.acq_rel': { first: ['RLX'], fence: ['ACQ_REL'], second: ['RLX'] },
  'fence.sc': { first: ['RLX'], fence: ['SC'], second: ['RLX'] },
};

expectVerdicts(referenceRc11, orders, [
  {
    source:
      'Lahav et al., "Repairing Sequential Consistency in C/C++11", PLDI 2017; Batty et al., "Mathematizing C++ Concurrency", POPL 2011',
    never: `
      LB+rlxs 3.LB+rlxs MP+rlx-rel+acq-rlx MP+fence.rel+fence.acq MP+rlx-rel+fence.acq
      MP+fence.rel+acq-rlx SB+scs SB+fence.scs ISA2+rlx-rel+acq-rel+acq-rlx WRC+acq-rel+acq-rlx
       IRIW+fence.scs  RWC+fence.scs 2+2W+scs 2+2W+fence.scs R+scs R+fence.scs S+scs
      S+rlx-rel+acq-rlx 3.SB+scs MP+scs`,
    sometimes: `
      MP+rlxs SB+rlxs SB+rel-acqs SB+fence.acq_rels IRIW+acq-rlxs IRIW+fence.acqs 2+2W+rlxs
      2+2W+rel-rels R+rel-rel+rel-acq S+rlxs MP+rlx-rel+rlx MP+rlx+acq-rlx WRC+rlxs
      RWC+acq-rlx+sc`,
  },
]);

expectVerdicts(
  referenceRc11,
  orders,
  [
    {
      source: 'PLDI 2017: SC accesses alone are sequentially consistent',
      never: 'IRIW RWC WRC W+RWC 3.SB LB',
    },
  ],
  ['SC'],
);
expectVerdicts(
  referenceRc11,
  {},
  [
    {
      source: 'PLDI 2017: release and acquire, of reads and writes alike',
      never: 'MP S WRC WWC ISA2 LB Z6.2',
      sometimes: 'SB R 2+2W IRIW RWC W+RWC Z6.0 Z6.1 Z6.3 3.2W',
    },
  ],
  ['ACQ', 'REL'],
);
