import { describe, expect, it } from 'vitest';
import { referenceModels, type Tag } from '../../src/index.js';
import { execution, read, update, write } from './program.js';

/** An annotation for accesses that each model takes for relaxed ones. */
const relaxed: readonly Tag[] = ['Once', 'RLX'];
const R = (location: string, value: number) => read(location, value, ...relaxed);
const W = (location: string, value: number) => write(location, value, ...relaxed);
const U = (location: string, from: number, to: number) =>
  update(location, [from, to], [...relaxed, 'RMW', 'X']);

const incoherent = {
  'CoWW: two writes of one thread in the other order': execution([W('x', 2), W('x', 1)]),
  'CoRR: a later read sees an older write': execution([W('x', 1)], [R('x', 1), R('x', 0)]),
  'CoRW1: a read sees a later write of its own thread': execution([R('x', 1), W('x', 1)]),
  'CoRW2: a read sees what comes after the thread’s next write': execution(
    [R('x', 2), W('x', 1)],
    [W('x', 2)],
  ),
  'CoWR: a read sees what its own thread has overwritten': execution(
    [W('x', 2), R('x', 1)],
    [W('x', 1)],
  ),
  'CoRR between threads': execution(
    [W('x', 1)],
    [W('x', 2)],
    [R('x', 1), R('x', 2)],
    [R('x', 2), R('x', 1)],
  ),
};

const coherent = {
  'reads in the order of the writes': execution([W('x', 1), W('x', 2)], [R('x', 1), R('x', 2)]),
  'a thread reads what it has written': execution([W('x', 1), R('x', 1)], [W('x', 2)]),
  'an update of what another has written': execution([W('x', 1)], [U('x', 1, 2)]),
  'two updates, one after the other': execution([U('x', 0, 1)], [U('x', 1, 2)]),
};

const notAtomic = {
  'two updates of the same value': execution([U('x', 0, 1)], [U('x', 0, 2)]),
  'a write comes between the parts of an update': execution([W('x', 1)], [U('x', 0, 2)]),
};

describe.each(referenceModels)('$id', (model) => {
  it.each(Object.entries(incoherent))('forbids %s', (_, candidate) => {
    expect(model.check(candidate).consistent).toBe(false);
  });

  it.each(Object.entries(notAtomic))('forbids %s', (_, candidate) => {
    expect(model.check(candidate).consistent).toBe(false);
  });

  it.each(Object.entries(coherent))('allows %s', (_, candidate) => {
    expect(model.check(candidate)).toEqual({ consistent: true, flags: [] });
  });
});
