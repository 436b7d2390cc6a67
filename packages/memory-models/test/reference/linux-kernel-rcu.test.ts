import { describe, expect, it } from 'vitest';
import { referenceLkmm, referenceSc, referenceTso } from '../../src/index.js';
import { dependent, execution, fence, read, type Step, type Thread, write } from './program.js';

const R = (location: string, value: number) => read(location, value, 'Once');
const W = (location: string, value: number) => write(location, value, 'Once');
const sync = fence('Sync-rcu');
const reader = (...steps: Step[]): Step[] => [fence('Rcu-lock'), ...steps, fence('Rcu-unlock')];
const srcuSync = (domain: string) => fence('Sync-srcu', domain);

/** A read-side critical section of `domain`: the unlock is handed the lock's index. */
function srcuReader(domain: string, ...steps: Step[]): Step[] {
  const begin = read(domain, 0, 'Srcu-lock');
  return [begin, ...steps, dependent('data', begin, write(domain, 1, 'Srcu-unlock'))];
}

function axiom(...threads: readonly Thread[]): string | undefined {
  const judgement = referenceLkmm.check(execution(...threads));
  return judgement.consistent ? undefined : judgement.violation.axiom;
}

function flags(...threads: readonly Thread[]): string[] {
  const judgement = referenceLkmm.check(execution(...threads));
  return judgement.consistent ? judgement.flags.map(({ name }) => name) : [];
}

describe('RCU: a grace period waits for the read-side critical sections before it', () => {
  it('RCU-MP: a reader that sees what follows a grace period sees what preceded it', () => {
    expect(axiom([W('x', 1), sync, W('y', 1)], reader(R('y', 1), R('x', 0)))).toBe('rcu');
  });

  it('RCU-MP without the grace period, or without the section', () => {
    expect(axiom([W('x', 1), W('y', 1)], reader(R('y', 1), R('x', 0)))).toBeUndefined();
    expect(axiom([W('x', 1), sync, W('y', 1)], [R('y', 1), R('x', 0)])).toBeUndefined();
  });

  it('deferred free: a reader that saw the old version is over before it is freed', () => {
    expect(axiom([W('p', 1), sync, W('x', 1)], reader(R('x', 1), R('p', 0)))).toBe('rcu');
    expect(axiom(reader(R('p', 0), R('x', 1)), [W('p', 1), sync, W('x', 1)])).toBe('rcu');
  });

  it('holds for what comes after the section, but not for what comes before it', () => {
    const updater = [W('x', 1), sync, W('y', 1)];
    expect(axiom(updater, [...reader(R('y', 1)), R('x', 0)])).toBe('rcu');
    expect(axiom(updater, [R('y', 1), R('x', 0), ...reader()])).toBeUndefined();
  });

  it('counts nested sections as their outermost', () => {
    expect(axiom([W('x', 1), sync, W('y', 1)], reader(...reader(R('y', 1)), R('x', 0)))).toBe(
      'rcu',
    );
  });

  it('wants as many grace periods as sections in a cycle', () => {
    const section = (from: string, to: string) => reader(R(from, 1), W(to, 1));
    const period = (from: string, to: string) => [R(from, 1), sync, W(to, 1)];
    // A cycle of reads-from alone, where each thread is left in program order.
    expect(axiom(section('a', 'b'), period('b', 'a'))).toBeDefined();
    const buffering = (order: (first: Step, second: Step) => Step[], from: string, to: string) =>
      order(W(from, 1), R(to, 0));
    const inSection = (first: Step, second: Step) => reader(first, second);
    const withPeriod = (first: Step, second: Step) => [first, sync, second];
    expect(axiom(buffering(inSection, 'a', 'b'), buffering(withPeriod, 'b', 'a'))).toBe('rcu');
    expect(
      axiom(
        buffering(inSection, 'a', 'b'),
        buffering(inSection, 'b', 'c'),
        buffering(withPeriod, 'c', 'a'),
      ),
    ).toBeUndefined();
    expect(
      axiom(
        buffering(inSection, 'a', 'b'),
        buffering(inSection, 'b', 'c'),
        buffering(withPeriod, 'c', 'd'),
        buffering(withPeriod, 'd', 'a'),
      ),
    ).toBe('rcu');
    expect(
      axiom(
        buffering(inSection, 'a', 'b'),
        buffering(withPeriod, 'b', 'c'),
        buffering(inSection, 'c', 'd'),
        buffering(withPeriod, 'd', 'a'),
      ),
    ).toBe('rcu');
  });

  it('a grace period is a full barrier', () => {
    expect(axiom([W('x', 1), sync, R('y', 0)], [W('y', 1), fence('Mb'), R('x', 0)])).toBe(
      'propagation',
    );
  });

  it('flags what is not in pairs, and sleeping in a section', () => {
    expect(flags([fence('Rcu-lock')])).toContain('unmatched-rcu-lock');
    expect(flags([fence('Rcu-unlock')])).toContain('unmatched-rcu-unlock');
    expect(flags(reader(srcuSync('s')))).toContain('invalid-sleep');
    expect(flags(reader(R('x', 0)))).toEqual([]);
  });
});

describe('SRCU: a grace period waits for the sections of its own domain', () => {
  it('RCU-MP with one domain, and with two', () => {
    const updater = [W('x', 1), srcuSync('s'), W('y', 1)];
    expect(axiom(updater, srcuReader('s', R('y', 1), R('x', 0)))).toBe('rcu');
    expect(axiom(updater, srcuReader('t', R('y', 1), R('x', 0)))).toBeUndefined();
    expect(axiom(updater, reader(R('y', 1), R('x', 0)))).toBeUndefined();
  });

  it('an index may be handed to another thread, and the section goes on there', () => {
    const begin = read('s', 0, 'Srcu-lock');
    const handed = dependent('data', begin, W('idx', 1));
    const index = R('idx', 1);
    const end = dependent('data', index, write('s', 1, 'Srcu-unlock'));
    const across = (domain: string) =>
      axiom(
        [begin, R('p', 0), handed],
        [index, R('x', 1), end],
        [W('p', 1), srcuSync(domain), W('x', 1)],
      );
    expect(across('s')).toBe('rcu');
    expect(across('t')).toBeUndefined();
  });

  it('smp_mb__after_srcu_read_unlock() makes a full barrier of the unlock', () => {
    const storeBuffering = (...after: Step[]) =>
      axiom(
        [...srcuReader('s', W('x', 1)), ...after, R('y', 0)],
        [W('y', 1), fence('Mb'), R('x', 0)],
      );
    expect(storeBuffering()).toBeUndefined();
    expect(storeBuffering(fence('After-srcu-read-unlock'))).toBe('propagation');
  });

  it('flags what is not in pairs', () => {
    expect(flags([read('s', 0, 'Srcu-lock')])).toContain('unmatched-srcu-lock');
    expect(flags([write('s', 1, 'Srcu-unlock')])).toContain('unmatched-srcu-unlock');
  });
});

describe('grace periods under models that know nothing of RCU', () => {
  it.each([referenceSc, referenceTso])('$id: nothing is freed under a reader', (model) => {
    const freed = (...between: Step[]) =>
      model.check(execution(reader(R('p', 0), R('x', 1)), [W('p', 1), ...between, W('x', 1)]))
        .consistent;
    expect(freed()).toBe(true);
    expect(freed(sync)).toBe(false);
    expect(freed(srcuSync('s'))).toBe(true);
  });
});
