import { referenceSc } from '../../src/index.js';
import { expectVerdicts } from './expected-verdicts.js';
import { shapes } from './shapes.js';

expectVerdicts(referenceSc, {}, [
  {
    source:
      'Alglave et al., "Herding Cats", TOPLAS 2014, Fig. 3: no shape is sequentially consistent',
    never: Object.keys(shapes).join(' '),
  },
]);
