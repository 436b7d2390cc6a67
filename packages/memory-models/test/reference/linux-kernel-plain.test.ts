import { describe, expect, it } from 'vitest';
import { referenceLkmm } from '../../src/index.js';
import {
  dependent,
  execution,
  fence,
  lock,
  read,
  type Step,
  type Thread,
  unlock,
  write,
} from './program.js';

const R = (location: string, value: number) => read(location, value, 'Once');
const W = (location: string, value: number) => write(location, value, 'Once');
const release = (location: string, value: number) => write(location, value, 'Release');
const acquire = (location: string, value: number) => read(location, value, 'Acquire');
const plainR = (location: string, value: number) => read(location, value);
const plainW = (location: string, value: number) => write(location, value);

function verdict(...threads: readonly Thread[]): string[] {
  const judgement = referenceLkmm.check(execution(...threads));
  return judgement.consistent
    ? judgement.flags.map(({ name }) => name)
    : [judgement.violation.axiom];
}

describe('plain accesses, after tools/memory-model/Documentation/explanation.txt', () => {
  it('a write and a read that nothing orders race', () => {
    expect(verdict([plainW('x', 1)], [plainR('x', 1)])).toEqual(['data-race']);
    expect(verdict([plainW('x', 1)], [plainR('x', 0)])).toEqual(['data-race']);
    expect(verdict([plainW('x', 1)], [R('x', 1)])).toEqual(['data-race']);
    expect(verdict([plainW('x', 1)], [plainW('x', 2)])).toEqual(['data-race']);
  });

  it('reads do not race, nor do marked accesses', () => {
    expect(verdict([plainR('x', 0)], [plainR('x', 0)])).toEqual([]);
    expect(verdict([W('x', 1)], [R('x', 1)])).toEqual([]);
  });

  const messagePassing = (data: number, writer: Step[], readers: Step[]) =>
    verdict([plainW('x', 1), ...writer], [...readers, plainR('x', data)]);

  it('release and acquire publish a plain write', () => {
    expect(messagePassing(1, [release('y', 1)], [acquire('y', 1)])).toEqual([]);
    expect(messagePassing(0, [release('y', 1)], [acquire('y', 1)])).toEqual(['plain-coherence']);
  });

  it('smp_wmb() and smp_rmb() do too', () => {
    const rmb = [R('y', 1), fence('Rmb')];
    expect(messagePassing(1, [fence('Wmb'), W('y', 1)], rmb)).toEqual([]);
    expect(messagePassing(1, [W('y', 1)], rmb)).toEqual(['data-race']);
    expect(messagePassing(1, [fence('Wmb'), W('y', 1)], [R('y', 1)])).toEqual(['data-race']);
  });

  it('a reader that has not seen the flag races', () => {
    expect(messagePassing(0, [release('y', 1)], [acquire('y', 0)])).toEqual(['data-race']);
  });

  it('locks keep plain accesses from racing', () => {
    const section = (turn: number, ...steps: Step[]) => [
      ...lock('l', turn),
      ...steps,
      unlock('l', turn),
    ];
    expect(
      verdict(
        section(1, plainR('x', 0), plainW('x', 1)),
        section(2, plainR('x', 1), plainW('x', 2)),
      ),
    ).toEqual([]);
    expect(verdict(section(1, plainW('x', 1)), section(2, plainR('x', 0)))).toEqual([
      'plain-coherence',
    ]);
  });

  it('a plain access carries no order of its own, but its address does', () => {
    const pointer = R('p', 1);
    expect(
      verdict(
        [plainW('x', 1), release('p', 1)],
        [pointer, dependent('addr', pointer, plainR('x', 1))],
      ),
    ).toEqual([]);
  });

  it('flags a plain write next to a marked access with nothing between', () => {
    expect(verdict([plainW('x', 1), W('x', 2)])).toEqual(['mixed-accesses']);
    expect(verdict([plainW('x', 1), fence('Barrier'), W('x', 2)])).toEqual([]);
  });

  it('dependencies are carried through plain accesses of the same thread (dep+plain)', () => {
    const source = R('x', 1);
    const temporary = plainR('t', 1);
    expect(
      verdict(
        [
          source,
          dependent('data', source, plainW('t', 1)),
          temporary,
          dependent('data', temporary, W('y', 1)),
        ],
        [acquire('y', 1), W('x', 1)],
      ),
    ).toEqual(['happens-before']);
  });
});
