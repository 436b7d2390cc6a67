import { describe, expect, it } from 'vitest';
import { EventSet, Relation, sequence, union } from '../../src/index.js';

/** More than one word of 32 bits. */
const size = 70;
const r = (...pairs: [number, number][]): Relation => Relation.of(size, pairs);
const set = (...members: number[]): EventSet => EventSet.of(size, members);

describe('sets of events', () => {
  it('are combined', () => {
    expect(set(1, 40).or(set(2), set(69)).members()).toEqual([1, 2, 40, 69]);
    expect(set(1, 40, 69).and(set(40, 69), set(69)).members()).toEqual([69]);
    expect(set(1, 40, 69).minus(set(40), set(1)).members()).toEqual([69]);
    expect(set(1).complement().members()).toHaveLength(size - 1);
    expect(EventSet.none(size).isEmpty).toBe(true);
    expect(EventSet.all(size).members()).toHaveLength(size);
    expect(set(63).has(63)).toBe(true);
    expect(set(63).has(31)).toBe(false);
  });
});

describe('relations', () => {
  it('are combined', () => {
    expect(union(r([0, 1]), r([0, 69])).pairs()).toEqual([
      [0, 1],
      [0, 69],
    ]);
    expect(
      r([0, 1], [1, 69])
        .and(r([1, 69], [2, 3]))
        .pairs(),
    ).toEqual([[1, 69]]);
    expect(
      r([0, 1], [1, 69])
        .minus(r([1, 69]))
        .pairs(),
    ).toEqual([[0, 1]]);
    expect(r([0, 1], [31, 32]).inverse().pairs()).toEqual([
      [1, 0],
      [32, 31],
    ]);
    expect(r([0, 1]).complement().pairs()).toHaveLength(size * size - 1);
  });

  it('are composed', () => {
    expect(sequence(r([0, 40], [0, 41]), r([40, 69], [41, 2]), r([69, 5])).pairs()).toEqual([
      [0, 5],
    ]);
    expect(r([0, 1]).then(r([2, 3])).isEmpty).toBe(true);
  });

  it('are restricted', () => {
    const relation = r([0, 40], [1, 40], [0, 69]);
    expect(relation.from(set(0)).pairs()).toEqual([
      [0, 40],
      [0, 69],
    ]);
    expect(relation.to(set(40)).pairs()).toEqual([
      [0, 40],
      [1, 40],
    ]);
    expect(relation.between(set(1), set(40)).pairs()).toEqual([[1, 40]]);
    expect(relation.domain().members()).toEqual([0, 1]);
    expect(relation.range().members()).toEqual([40, 69]);
    expect(Relation.cross(set(1, 2), set(33)).pairs()).toEqual([
      [1, 33],
      [2, 33],
    ]);
    expect(Relation.identity(set(1, 33)).pairs()).toEqual([
      [1, 1],
      [33, 33],
    ]);
  });

  it('are closed as by a search', () => {
    // A reproducible handful of random graphs.
    let state = 1;
    const random = (below: number): number => {
      state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
      return (state >>> 8) % below;
    };
    for (let round = 0; round < 20; round++) {
      const relation = r(
        ...Array.from({ length: 90 }, (): [number, number] => [random(size), random(size)]),
      );
      const plus = relation.plus();
      for (let from = 0; from < size; from++) {
        for (let to = 0; to < size; to++) {
          expect(plus.has(from, to)).toBe(relation.path(from, to) !== undefined);
        }
      }
      expect(relation.isAcyclic).toBe(relation.cycle() === undefined);
      expect(relation.star().equals(plus.optional())).toBe(true);
    }
  });

  it('show a shortest cycle', () => {
    expect(r([0, 1], [1, 2], [2, 0], [2, 1]).cycle()).toEqual([1, 2, 1]);
    expect(r([5, 5]).cycle()).toEqual([5, 5]);
    expect(r([0, 1], [1, 2]).cycle()).toBeUndefined();
    expect(r([0, 1]).isIrreflexive).toBe(true);
    expect(r([69, 69]).isIrreflexive).toBe(false);
  });
});
