import { describe, expect, expectTypeOf, it } from 'vitest';
import { inject, injectable, type Token, token, Wiring } from '../src/index.js';

interface Clock {
  now(): number;
}

interface Counter {
  next(): number;
}

const CLOCK = token<Clock>('test.Clock');
const COUNTER = token<Counter>('test.Counter');
const START = token<number>('test.start');

@injectable()
class StoppedClock implements Clock {
  now(): number {
    return 0;
  }
}

@injectable()
class LateClock implements Clock {
  now(): number {
    return 1000;
  }
}

@injectable()
class ClockedCounter implements Counter {
  #count = 0;

  constructor(
    @inject(CLOCK) private readonly clock: Clock,
    @inject(START) private readonly start: number,
  ) {}

  next(): number {
    return this.start + this.clock.now() + this.#count++;
  }
}

/** Overrides a method and leaves the constructor to its parent. */
@injectable()
class DoublingCounter extends ClockedCounter {
  override next(): number {
    return 2 * super.next();
  }
}

const wiring = () =>
  new Wiring().bind(CLOCK, StoppedClock).bind(COUNTER, ClockedCounter).bindValue(START, 10);

describe('Wiring', () => {
  it('builds an implementation with everything it asks for', () => {
    expect(wiring().get(COUNTER).next()).toBe(10);
  });

  it('builds each implementation once', () => {
    const run = wiring();
    expect(run.get(COUNTER)).toBe(run.get(COUNTER));
    expect(run.get(CLOCK)).toBe(run.get(CLOCK));
  });

  it('lets nothing leak from one run into another', () => {
    const first = wiring().get(COUNTER);
    first.next();
    first.next();
    const second = wiring().get(COUNTER);
    expect(second).not.toBe(first);
    expect(second.next()).toBe(10);
  });

  it('leaves another run as it was when one is overridden', () => {
    const [before, after] = [wiring(), wiring().override(CLOCK, LateClock)];
    expect(before.get(COUNTER).next()).toBe(10);
    expect(after.get(COUNTER).next()).toBe(1010);
  });

  it('lets the last override win', () => {
    const run = wiring().overrideValue(START, 20).overrideValue(START, 30);
    expect(run.get(COUNTER).next()).toBe(30);
  });

  it('passes a parent’s parameters on to a subclass without a constructor', () => {
    expect(wiring().override(COUNTER, DoublingCounter).get(COUNTER).next()).toBe(20);
  });

  it('accepts false, 0 and null as values', () => {
    const NOTHING = token<null>('test.nothing');
    expect(wiring().overrideValue(START, 0).get(START)).toBe(0);
    expect(new Wiring().bindValue(NOTHING, null).get(NOTHING)).toBeNull();
  });

  it('knows what is bound', () => {
    expect(wiring().has(CLOCK)).toBe(true);
    expect(new Wiring().has(CLOCK)).toBe(false);
  });
});

describe('types', () => {
  it('let the token decide what may be bound to it', () => {
    // @ts-expect-error a Counter is no Clock
    new Wiring().bind(CLOCK, ClockedCounter);
    // @ts-expect-error nor is a string a number
    new Wiring().bindValue(START, '10');
    expectTypeOf(wiring().get(CLOCK)).toEqualTypeOf<Clock>();
  });

  it('keep tokens of different types apart', () => {
    expectTypeOf<Token<1>>().not.toExtend<Token<number>>();
    expectTypeOf<Token<number>>().not.toExtend<Token<1>>();
    expectTypeOf<symbol>().not.toExtend<Token<number>>();
  });
});
