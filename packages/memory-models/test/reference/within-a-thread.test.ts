import { describe, expect, it } from 'vitest';
import {
  type CandidateExecution,
  referenceArmv8,
  referenceLkmm,
  type ReferenceModel,
  referencePower,
  referenceRiscv,
  referenceSc,
  referenceTso,
  type Tag,
} from '../../src/index.js';
import { dependent, execution, fence, read, type Step, update, write } from './program.js';

/*
 * Shapes that turn on what a thread does with one location, or with dependencies in a row: Sarkar et al.,
 * "Understanding POWER Multiprocessors", PLDI 2011; Maranget, Sarkar and Sewell's tutorial, 2012; The RISC-V
 * Instruction Set Manual, Volume I, A.3.
 */

const R = (location: string, value: number) => read(location, value, 'Once');
const W = (location: string, value: number) => write(location, value, 'Once');
/** The strongest fence of each model. */
const fullFences: readonly Tag[] = ['Mb', 'DMB.SY', 'SYNC', 'Fence.rw.rw', 'MFENCE'];
const full = fullFences.map((tag) => fence(tag));

function allows(model: ReferenceModel, candidate: CandidateExecution): boolean {
  return model.check(candidate).consistent;
}

/** A message is passed: fenced where it is written; read by these steps, the first of y and the last of x. */
const messagePassing = (...reader: Step[]) => execution([W('x', 1), ...full, W('y', 1)], reader);

const weak = [referenceArmv8, referencePower, referenceRiscv];

describe('a dependency, then a write that is read back early', () => {
  const through = (kind: 'addr' | 'data' | 'ctrl') => {
    const flag = R('y', 1);
    const back = R('z', 1);
    return messagePassing(
      flag,
      dependent(kind, flag, W('z', 1)),
      back,
      dependent('addr', back, R('x', 0)),
    );
  };

  it.each(weak)('PPOCA: $id allows it past a branch', (model) => {
    expect(allows(model, through('ctrl'))).toBe(true);
  });

  it.each(weak)('PPOAA, PPODA: $id forbids it past an address, or a value', (model) => {
    expect(allows(model, through('addr'))).toBe(false);
    expect(allows(model, through('data'))).toBe(false);
  });
});

describe('two reads of one location', () => {
  const twice = (first: number, second: number, ...others: Step[][]) => {
    const flag = R('y', 1);
    const [a, b] = [R('z', first), R('z', second)];
    return execution(
      [W('x', 1), ...full, W('y', 1)],
      [flag, dependent('addr', flag, a), b, dependent('addr', b, R('x', 0))],
      ...others,
    );
  };

  it.each(weak)('RSW: $id lets them pass each other if they read the same write', (model) => {
    expect(allows(model, twice(0, 0))).toBe(true);
  });

  it.each(weak)('RDW: $id does not if they read different ones', (model) => {
    expect(allows(model, twice(0, 1, [W('z', 1)]))).toBe(false);
  });
});

describe('an address that is not known yet', () => {
  // LB+addr-po+data: the write comes after an access whose address depends on the read.
  const read0 = R('x', 1);
  const read1 = R('y', 1);
  const candidate = execution(
    [read0, dependent('addr', read0, R('z', 0)), W('y', 1)],
    [read1, dependent('data', read1, W('x', 1))],
  );

  it.each(weak)('$id keeps later writes from being seen', (model) => {
    expect(allows(model, candidate)).toBe(false);
  });

  it('lkmm does not ask that of an architecture', () => {
    expect(allows(referenceLkmm, candidate)).toBe(true);
  });
});

describe('a read of what is still in the store buffer', () => {
  const half = (mine: string, other: string) => {
    const back = R(mine, 1);
    return [W(mine, 1), back, dependent('addr', back, R(other, 0))];
  };
  const candidate = execution(half('x', 'y'), half('y', 'x'));

  it.each([referenceTso, ...weak, referenceLkmm])('SB+rfi-addrs: $id allows it', (model) => {
    expect(allows(model, candidate)).toBe(true);
  });

  it('SB+rfi-addrs: sc forbids it', () => {
    expect(allows(referenceSc, candidate)).toBe(false);
  });

  it('RISC-V does not hand on early what an AMO writes', () => {
    const halfAmo = (mine: string, other: string) => {
      const back = R(mine, 1);
      return [...update(mine, [0, 1], ['X']), back, dependent('addr', back, R(other, 0))];
    };
    const amos = execution(halfAmo('x', 'y'), halfAmo('y', 'x'));
    expect(allows(referenceRiscv, amos)).toBe(false);
    expect(allows(referenceArmv8, amos)).toBe(true);
  });
});

describe('read-modify-writes of two threads', () => {
  it.each([referenceSc, referenceTso, ...weak, referenceLkmm])(
    '$id keeps another write out from between a pair of exclusives',
    (model) => {
      const pair = update('x', [0, 2], ['EX', 'RMW', 'Once']);
      expect(allows(model, execution(pair, [W('x', 1)]))).toBe(false);
      expect(allows(model, execution(pair, [W('x', 3)]))).toBe(true);
    },
  );
});

describe("the kernel's read-modify-writes that fail", () => {
  // A cmpxchg() that does not write orders nothing, whatever its annotation.
  const storeBuffering = (...between: Step[]) =>
    execution([W('x', 1), ...between, R('y', 0)], [W('y', 1), fence('Mb'), R('x', 0)]);

  it('order nothing', () => {
    expect(allows(referenceLkmm, storeBuffering(read('z', 0, 'RMW', 'Mb')))).toBe(true);
    expect(allows(referenceLkmm, storeBuffering(...update('z', [0, 1], ['RMW', 'Mb'])))).toBe(
      false,
    );
  });
});
