import { describe } from 'vitest';
import {
  referenceArmv8,
  referenceLkmm,
  referencePower,
  referenceRc11,
  referenceRiscv,
  referenceTso,
  type ReferenceModel,
  type Tag,
} from '../../src/index.js';
import { expectVerdicts } from './expected-verdicts.js';
import { shapes } from './shapes.js';

const names = Object.keys(shapes);
/** With load buffering, which RC11 forbids; and with a write before a read, which alone TSO lets pass. */
const isLoadBuffering = (name: string): boolean => /^(RW Rfe ?)+$/.test(shapes[name]!);
const hasWriteToRead = (name: string): boolean => shapes[name]!.includes('WR');

interface Weak {
  readonly model: ReferenceModel;
  readonly fullFence: readonly Tag[];
  readonly tags: readonly Tag[];
  /** Whether the model allows the shape when nothing keeps it in order. */
  readonly allows: (name: string) => boolean;
}

const weak: readonly Weak[] = [
  { model: referenceTso, fullFence: ['MFENCE'], tags: [], allows: hasWriteToRead },
  { model: referenceArmv8, fullFence: ['DMB.ISH'], tags: [], allows: () => true },
  { model: referencePower, fullFence: ['SYNC'], tags: [], allows: () => true },
  { model: referenceRiscv, fullFence: ['Fence.rw.rw'], tags: [], allows: () => true },
  { model: referenceLkmm, fullFence: ['Mb'], tags: ['Once'], allows: () => true },
  {
    model: referenceRc11,
    fullFence: ['SC'],
    tags: ['RLX'],
    allows: (name) => !isLoadBuffering(name),
  },
];

describe.each(weak)('$model.id', ({ model, fullFence, tags, allows }) => {
  expectVerdicts(
    model,
    { full: { fence: fullFence } },
    [
      {
        source: 'a full fence in each thread restores sequential consistency (CAV 2010; PLDI 2017)',
        never: names
          .map(
            (name) =>
              `${name}+${Array.from({ length: shapes[name]!.split(' ').filter((token) => token.length === 2).length }, () => 'full').join('+')}`,
          )
          .join(' '),
      },
      {
        source: 'without a fence',
        never: names.filter((name) => !allows(name)).join(' '),
        sometimes: names.filter(allows).join(' '),
      },
    ],
    tags,
  );
});
