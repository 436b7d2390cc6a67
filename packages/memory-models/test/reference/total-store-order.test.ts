import { referenceTso } from '../../src/index.js';
import { expectVerdicts } from './expected-verdicts.js';
import { type Orders } from './shapes.js';

const orders: Orders = {
  mfence: { fence: ['MFENCE'] },
};

expectVerdicts(referenceTso, orders, [
  {
    source: 'as herd7 7.58 judges under x86tso.cat',
    never: `
      2+2W+mfence+po 2+2W+mfences 2+2W
      LB+mfence+po LB+mfences LB
      MP+mfence+po MP+mfences MP+po+mfence MP
      R+mfences R+po+mfence
      S+mfence+po S+mfences S+po+mfence S
      SB+mfences`,
    sometimes: `
      R+mfence+po R
      SB+mfence+po SB`,
  },
]);
