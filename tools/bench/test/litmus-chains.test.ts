import { judge, modelNamed, parseLitmus } from '@pagerace/litmus';
import { describe, expect, it } from 'vitest';
import { links, rcuRing, uniformRing } from '../src/litmus-chains.js';

const lkmm = modelNamed('lkmm');
const observe = (text: string): string =>
  judge(parseLitmus(text), lkmm, { verdictOnly: true }).observation;

describe.each([3, 5, 9, 19])('rings of %i threads', (threads) => {
  const half = Math.floor(threads / 2);

  it('are broken by as many grace periods as there are readers', () => {
    expect(observe(rcuRing(half, threads - half))).toBe('Never');
    expect(observe(rcuRing(threads - half, half))).toBe('Sometimes');
  });

  it('are broken by one order all around', () => {
    expect(observe(uniformRing(links.acquireRelease, threads))).toBe('Never');
    expect(observe(uniformRing(links.acquireRelease, threads, links.unordered))).toBe('Sometimes');
    expect(observe(uniformRing(links.locked, threads))).toBe('Never');
    expect(observe(uniformRing(links.locked, threads, links.unordered))).toBe('Sometimes');
  });
});

describe('asking for the verdict alone', () => {
  it.each([
    ['locks', uniformRing(links.locked, 4)],
    ['a lock and nothing', uniformRing(links.locked, 3, links.unordered)],
    ['RCU', rcuRing(1, 2)],
    ['too few grace periods', rcuRing(2, 1)],
  ])('says what going through all executions says: %s', (_, text) => {
    expect(observe(text)).toBe(judge(parseLitmus(text), lkmm).observation);
  });

  it('gives up when time is over', () => {
    let now = 0;
    const clock = { timeLimit: 5, now: () => now++ };
    expect(() => judge(parseLitmus(uniformRing(links.locked, 5)), lkmm, clock)).toThrow(
      'not decided within 0.005 s',
    );
  });
});
