import { describe, expect, it } from 'vitest';
import { referenceLkmm, referenceSc, referenceTso, type Tag } from '../../src/index.js';
import { execution, fence, lock, read, type Step, type Thread, unlock, write } from './program.js';

const R = (location: string, value: number) => read(location, value, 'Once');
const W = (location: string, value: number) => write(location, value, 'Once');
const release = (location: string, value: number) => write(location, value, 'Release');
const acquire = (location: string, value: number) => read(location, value, 'Acquire');

function axiom(...threads: readonly Thread[]): string | undefined {
  const judgement = referenceLkmm.check(execution(...threads));
  return judgement.consistent ? undefined : judgement.violation.axiom;
}

describe("litmus tests of the kernel's tools/memory-model/litmus-tests", () => {
  it('MP+polocks: Never', () => {
    expect(
      axiom(
        [W('x', 1), lock('l', 1), W('y', 1), unlock('l', 1)],
        [lock('l', 2), R('y', 1), unlock('l', 2), R('x', 0)],
      ),
    ).toBe('happens-before');
  });

  it('MP+porevlocks: Never', () => {
    expect(
      axiom(
        [R('y', 1), lock('l', 2), R('x', 0), unlock('l', 2)],
        [lock('l', 1), W('x', 1), unlock('l', 1), W('y', 1)],
      ),
    ).toBe('happens-before');
  });

  it('ISA2+pooncelock+pooncelock+pombonce: Never', () => {
    expect(
      axiom(
        [lock('l', 1), W('x', 1), W('y', 1), unlock('l', 1)],
        [lock('l', 2), R('y', 1), W('z', 1), unlock('l', 2)],
        [R('z', 1), fence('Mb'), R('x', 0)],
      ),
    ).toBeDefined();
  });

  const z6 = (...afterLock: Step[]) =>
    axiom(
      [lock('l', 1), W('x', 1), W('y', 1), unlock('l', 1)],
      [lock('l', 2), ...afterLock, R('y', 1), W('z', 1), unlock('l', 2)],
      [W('z', 2), fence('Mb'), R('x', 0)],
    );
  it('Z6.0+pooncelock+pooncelock+pombonce: Sometimes', () => {
    expect(z6()).toBeUndefined();
  });
  it('Z6.0+pooncelock+poonceLock+pombonce, with smp_mb__after_spinlock(): Never', () => {
    expect(z6(fence('After-spinlock'))).toBe('propagation');
  });

  it('MP+unlocklockonceonce+fencermbonceonce: Never, across two locks of one thread', () => {
    expect(
      axiom(
        [lock('s', 1), W('x', 1), unlock('s', 1), lock('t', 1), W('y', 1), unlock('t', 1)],
        [R('y', 1), fence('Rmb'), R('x', 0)],
      ),
    ).toBe('happens-before');
  });

  it('LB+unlocklockonceonce+poacquireonce: Never', () => {
    expect(
      axiom(
        [lock('s', 1), R('x', 1), unlock('s', 1), lock('t', 1), W('y', 1), unlock('t', 1)],
        [acquire('y', 1), W('x', 1)],
      ),
    ).toBe('happens-before');
  });
});

describe('unlock and lock are no full barrier', () => {
  const storeBuffering = (...between: (Step | Step[])[]) =>
    axiom(
      [W('x', 1), lock('s', 1), unlock('s', 1), ...between, R('y', 0)],
      [W('y', 1), fence('Mb'), R('x', 0)],
    );

  it('lets a write before them and a read after them pass each other', () => {
    expect(storeBuffering(lock('t', 1), unlock('t', 1))).toBeUndefined();
  });

  it('does not with smp_mb__after_unlock_lock()', () => {
    expect(storeBuffering(lock('t', 1), fence('After-unlock-lock'), unlock('t', 1))).toBe(
      'propagation',
    );
  });

  it('does not with smp_mb__after_spinlock()', () => {
    expect(storeBuffering(lock('t', 1), fence('After-spinlock'), unlock('t', 1))).toBe(
      'propagation',
    );
  });
});

describe('what a lock is', () => {
  const LF = (location: string, value: number): Step => ({ kind: 'LF', location, value, tags: [] });
  const RU = (location: string, value: number): Step => ({ kind: 'RU', location, value, tags: [] });

  it('may not be taken twice', () => {
    expect(axiom([lock('l', 1), lock('l', 2), unlock('l', 2), unlock('l', 1)])).toBe('lock-nest');
    expect(axiom([lock('l', 1)], [lock('l', 2)])).toBe('unmatched-locks');
  });

  it('lets one critical section follow another', () => {
    expect(axiom([lock('l', 2), unlock('l', 2)], [lock('l', 1), unlock('l', 1)])).toBeUndefined();
  });

  it('does not let them overlap', () => {
    const late: Step = { kind: 'LKW', location: 'l', value: 5, tags: [] };
    expect(
      axiom(
        [lock('l', 1)[0]!, { ...late, value: 1 }, { ...unlock('l', 1), value: 4 }],
        [
          { ...lock('l', 1)[0]!, value: 4 },
          { ...late, value: 2 },
          { ...unlock('l', 1), value: 5 },
        ],
      ),
    ).toBe('critical-section');
  });

  it('fails a trylock only while another thread may hold it', () => {
    expect(axiom([lock('l', 1), unlock('l', 1)], [LF('l', 1)])).toBeUndefined();
    expect(axiom([lock('l', 1), unlock('l', 1)], [LF('l', 2)])).toBe('trylock-reads-from');
    expect(axiom([LF('l', 0)])).toBe('trylock-reads-from');
  });

  it('is seen as locked by the thread that holds it, as unlocked by others at any time', () => {
    expect(axiom([lock('l', 1), LF('l', 1), unlock('l', 1)])).toBeUndefined();
    expect(axiom([lock('l', 1), RU('l', 0), unlock('l', 1)])).toBe('nested-is-locked');
    expect(axiom([lock('l', 1), unlock('l', 1), RU('l', 2)])).toBeUndefined();
    expect(axiom([lock('l', 1), unlock('l', 1), RU('l', 0)])).toBe('coherence');
    expect(axiom([lock('l', 1), unlock('l', 1)], [RU('l', 1)])).toBe('is-locked-reads-from');
    expect(axiom([lock('l', 1), unlock('l', 1)], [RU('l', 0)])).toBeUndefined();
    expect(axiom([lock('l', 1), unlock('l', 1)], [RU('l', 2)])).toBeUndefined();
  });

  it('orders nothing by a failed trylock or by looking at it', () => {
    expect(
      axiom(
        [W('x', 1), LF('l', 1), W('y', 1)],
        [acquire('y', 1), R('x', 0)],
        [lock('l', 1), unlock('l', 1)],
      ),
    ).toBeUndefined();
  });

  it.each([referenceSc, referenceTso, referenceLkmm])('excludes under $id', (model) => {
    const twoCounts = execution(
      [lock('l', 1), R('n', 0), W('n', 1), unlock('l', 1)],
      [lock('l', 2), R('n', 0), W('n', 2), unlock('l', 2)],
    );
    expect(model.check(twoCounts).consistent).toBe(false);
  });

  it.each([
    ['mixed-lock-accesses', execution([lock('l', 1), unlock('l', 1), W('l', 3)])],
    ['unmatched-unlock', execution([unlock('l', 1)])],
  ])('flags %s', (flag, candidate) => {
    const judgement = referenceLkmm.check(candidate);
    expect(judgement.consistent && judgement.flags.map(({ name }) => name)).toContain(flag);
  });
});

describe('release and acquire of a thread’s own lock', () => {
  const tags: readonly Tag[] = ['Once'];
  it('carries what came before an unlock to whoever locks next', () => {
    expect(
      axiom(
        [lock('l', 1), write('x', 1, ...tags), unlock('l', 1)],
        [lock('l', 2), R('x', 1), unlock('l', 2), release('y', 1)],
        [acquire('y', 1), R('x', 0)],
      ),
    ).toBe('happens-before');
  });
});
