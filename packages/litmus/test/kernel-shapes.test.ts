import { describe, expect, it } from 'vitest';

import { judge, modelNamed, parseLitmus } from '../src/index.js';

/** A C test of these threads; every parameter is one of the locations a, b and c, or a lock. */
function observation(model: string, condition: string, ...threads: readonly string[]): string {
  const code = threads.map(
    (body, i) => `P${String(i)}(int *a, int *b, int *c, spinlock_t *lock) { ${body} }`,
  );
  const test = parseLitmus(`C shape\n{}\n${code.join('\n')}\nexists (${condition})`);
  return judge(test, modelNamed(model)).observation;
}

const set = (location: string, value = 1): string => `WRITE_ONCE(*${location}, ${String(value)});`;
const get = (register: string, location: string): string =>
  `${register} = READ_ONCE(*${location});`;

describe('message passing', () => {
  const seen = '1:r0=1 /\\ 1:r1=0';
  const passing = (model: string, writeSide: string, readSide: string): string =>
    observation(model, seen, writeSide, readSide);

  it.each([
    [
      'once',
      `${set('a')} ${set('b')}`,
      `${get('r0', 'b')} ${get('r1', 'a')}`,
      'Sometimes',
      'Never',
    ],
    [
      'wmb, once',
      `${set('a')} smp_wmb(); ${set('b')}`,
      `${get('r0', 'b')} ${get('r1', 'a')}`,
      'Sometimes',
      'Never',
    ],
    [
      'wmb, rmb',
      `${set('a')} smp_wmb(); ${set('b')}`,
      `${get('r0', 'b')} smp_rmb(); ${get('r1', 'a')}`,
      'Never',
      'Never',
    ],
    [
      'release, acquire',
      `${set('a')} smp_store_release(b, 1);`,
      `r0 = smp_load_acquire(b); ${get('r1', 'a')}`,
      'Never',
      'Never',
    ],
    [
      'release, control',
      `${set('a')} smp_store_release(b, 1);`,
      `${get('r0', 'b')} if (r0) { ${get('r1', 'a')} }`,
      'Sometimes',
      'Never',
    ],
    [
      'xchg, xchg',
      `${set('a')} r0 = xchg(b, 1);`,
      `r0 = xchg(b, 2); ${get('r1', 'a')}`,
      'Never',
      'Never',
    ],
    [
      'relaxed xchg',
      `${set('a')} r0 = xchg_relaxed(b, 1);`,
      `r0 = smp_load_acquire(b); ${get('r1', 'a')}`,
      'Sometimes',
      'Never',
    ],
    [
      'atomic_inc',
      `${set('a')} atomic_inc(b);`,
      `r0 = smp_load_acquire(b); ${get('r1', 'a')}`,
      'Sometimes',
      'Never',
    ],
    [
      'before_atomic',
      `${set('a')} smp_mb__before_atomic(); atomic_inc(b);`,
      `r0 = smp_load_acquire(b); ${get('r1', 'a')}`,
      'Never',
      'Never',
    ],
    [
      'failed cmpxchg orders nothing',
      `${set('a')} smp_wmb(); ${set('b')}`,
      `r0 = cmpxchg(b, 7, 8); ${get('r1', 'a')}`,
      'Sometimes',
      'Never',
    ],
    [
      'barrier()',
      `${set('a')} barrier(); ${set('b')}`,
      `${get('r0', 'b')} barrier(); ${get('r1', 'a')}`,
      'Sometimes',
      'Never',
    ],
  ])('%s', (_, writeSide, readSide, lkmm, tso) => {
    expect(passing('lkmm', writeSide, readSide)).toBe(lkmm);
    expect(passing('tso', writeSide, readSide)).toBe(tso);
    expect(passing('sc', writeSide, readSide)).toBe('Never');
  });
});

describe('store buffering', () => {
  const missed = '0:r0=0 /\\ 1:r0=0';
  it.each([
    ['', 'Sometimes', 'Sometimes'],
    ['smp_mb();', 'Never', 'Never'],
    ['smp_wmb();', 'Sometimes', 'Sometimes'],
    ['r1 = xchg(c, 1);', 'Never', 'Never'],
    ['r1 = atomic_inc_return_relaxed(c);', 'Sometimes', 'Never'],
    ['spin_lock(lock); spin_unlock(lock);', 'Never', 'Never'],
    ['synchronize_rcu();', 'Never', 'Sometimes'],
  ])('with %j between', (between, lkmm, tso) => {
    const threads = [
      `${set('a')} ${between} ${get('r0', 'b')}`,
      `${set('b')} ${between} ${get('r0', 'a')}`,
    ];
    expect(observation('lkmm', missed, ...threads)).toBe(lkmm);
    if (between !== 'synchronize_rcu();') expect(observation('tso', missed, ...threads)).toBe(tso);
    expect(observation('sc', missed, ...threads)).toBe('Never');
  });
});

describe('load buffering', () => {
  const both = '0:r0=1 /\\ 1:r0=1';
  const ring = (first: (from: string, to: string) => string): string =>
    observation('lkmm', both, first('a', 'b'), first('b', 'a'));

  it('is stopped by dependencies, but not by code after the arms of an if', () => {
    expect(ring((from, to) => `${get('r0', from)} ${set(to)}`)).toBe('Sometimes');
    expect(ring((from, to) => `${get('r0', from)} WRITE_ONCE(*${to}, r0);`)).toBe('Never');
    expect(ring((from, to) => `${get('r0', from)} WRITE_ONCE(*${to}, 1 + (r0 ^ r0));`)).toBe(
      'Never',
    );
    expect(ring((from, to) => `${get('r0', from)} if (r0) ${set(to)}`)).toBe('Never');
    expect(ring((from, to) => `${get('r0', from)} if (r0) ${set('c')} ${set(to)}`)).toBe(
      'Sometimes',
    );
    expect(ring((from, to) => `${get('r0', from)} WRITE_ONCE(${to}[r0 & 0], 1);`)).toBe('Never');
  });
});

describe('three and four threads', () => {
  const wrc = (second: string, third: string): string =>
    observation(
      'lkmm',
      '1:r0=1 /\\ 2:r0=1 /\\ 2:r1=0',
      set('a'),
      `${get('r0', 'a')} ${second}`,
      third,
    );
  const iriw = (between: string): string =>
    observation(
      'lkmm',
      '1:r0=1 /\\ 1:r1=0 /\\ 3:r0=1 /\\ 3:r1=0',
      set('a'),
      `${get('r0', 'a')} ${between} ${get('r1', 'b')}`,
      set('b'),
      `${get('r0', 'b')} ${between} ${get('r1', 'a')}`,
    );

  it('release is cumulative, smp_wmb() is not', () => {
    const third = `r0 = smp_load_acquire(b); ${get('r1', 'a')}`;
    expect(wrc('smp_store_release(b, 1);', third)).toBe('Never');
    expect(wrc(`smp_wmb(); ${set('b')}`, third)).toBe('Sometimes');
  });

  it('only smp_mb() makes readers agree on the order of writes', () => {
    expect(iriw('smp_rmb();')).toBe('Sometimes');
    expect(iriw('smp_mb();')).toBe('Never');
  });
});

describe('what excludes', () => {
  it('two read-modify-writes never read one write', () => {
    expect(
      observation(
        'lkmm',
        '0:r0=0 /\\ 1:r0=0',
        'r0 = xchg_relaxed(a, 1);',
        'r0 = xchg_relaxed(a, 2);',
      ),
    ).toBe('Never');
    expect(observation('lkmm', 'a=1', 'atomic_inc(a);', 'atomic_inc(a);')).toBe('Never');
    expect(observation('lkmm', 'a=2', 'atomic_inc(a);', 'atomic_inc(a);')).toBe('Always');
  });

  it('critical sections of one lock', () => {
    const section = `spin_lock(lock); ${get('r0', 'a')} WRITE_ONCE(*a, r0 + 1); spin_unlock(lock);`;
    expect(observation('lkmm', 'a=2', section, section)).toBe('Always');
    const attempt = `r1 = spin_trylock(lock); if (r1) { ${get('r0', 'a')} WRITE_ONCE(*a, r0 + 1); spin_unlock(lock); }`;
    expect(observation('lkmm', 'a=2', attempt, attempt)).toBe('Sometimes');
    expect(observation('lkmm', '0:r1=0 /\\ 1:r1=0', attempt, attempt)).toBe('Never');
  });

  it('a grace period, a read-side critical section that began before it', () => {
    const reader = (lock: string, unlock: string): string =>
      `${lock} ${get('r0', 'a')} ${get('r1', 'b')} ${unlock}`;
    const updater = (wait: string): string => `${set('b')} ${wait} ${set('a')}`;
    const torn = '0:r0=1 /\\ 0:r1=0';
    expect(
      observation(
        'lkmm',
        torn,
        reader('rcu_read_lock();', 'rcu_read_unlock();'),
        updater('synchronize_rcu();'),
      ),
    ).toBe('Never');
    expect(
      observation('lkmm', torn, reader('rcu_read_lock();', 'rcu_read_unlock();'), updater('')),
    ).toBe('Sometimes');
    const srcu = reader('r2 = srcu_read_lock(c);', 'srcu_read_unlock(c, r2);');
    expect(observation('lkmm', torn, srcu, updater('synchronize_srcu(c);'))).toBe('Never');
    // The other way round in both, only a grace period helps.
    const late = `rcu_read_lock(); ${get('r0', 'b')} ${get('r1', 'a')} rcu_read_unlock();`;
    expect(observation('lkmm', torn, late, `${set('a')} ${set('b')}`)).toBe('Sometimes');
    expect(observation('lkmm', torn, late, `${set('a')} synchronize_rcu(); ${set('b')}`)).toBe(
      'Never',
    );
  });
});

describe('flags', () => {
  const flagsOf = (...threads: readonly string[]): readonly string[] => {
    const code = threads.map((body, i) => `P${String(i)}(int *a, int *b) { ${body} }`);
    const test = parseLitmus(`C race\n{}\n${code.join('\n')}\nexists (a=1)`);
    return judge(test, modelNamed('lkmm')).flags;
  };

  it('tells a data race between plain accesses', () => {
    expect(flagsOf('*a = 1;', '*a = 2;')).toEqual(['data-race']);
    expect(flagsOf(set('a'), set('a', 2))).toEqual([]);
    expect(
      flagsOf('*a = 1; smp_store_release(b, 1);', 'r0 = smp_load_acquire(b); if (r0) *a = 2;'),
    ).toEqual([]);
  });
});
