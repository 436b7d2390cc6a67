import { describe, expect, it } from 'vitest';
import {
  inject,
  injectable,
  token,
  Wiring,
  WiringError,
  type WiringErrorKind,
} from '../src/index.js';

interface Thing {
  readonly name: string;
}

const ROOT = token<Thing>('test.Root');
const MIDDLE = token<Thing>('test.Middle');
const TITLE = token<string>('test.title');
const LEAF = token<Thing>('test.Leaf', { providedBy: ['@pagerace/leaf', '@pagerace/tree'] });

@injectable()
class Leaf implements Thing {
  readonly name: string = 'leaf';
}

@injectable()
class Middle implements Thing {
  constructor(
    @inject(TITLE) readonly name: string,
    @inject(LEAF) readonly leaf: Thing,
  ) {}
}

@injectable()
class Root implements Thing {
  readonly name = 'root';
  constructor(@inject(MIDDLE) readonly middle: Thing) {}
}

const incomplete = () =>
  new Wiring().bind(ROOT, Root).bind(MIDDLE, Middle).bindValue(TITLE, 'middle');

function failure(act: () => unknown): { kind: WiringErrorKind; message: string } {
  try {
    act();
  } catch (error) {
    if (error instanceof WiringError) return { kind: error.kind, message: error.message };
    throw error;
  }
  throw new Error('expected a WiringError');
}

describe('a missing binding', () => {
  it('is reported with the chain of who asked for it and who could provide it', () => {
    expect(failure(() => incomplete().get(ROOT))).toEqual({
      kind: 'missing binding',
      message: [
        'Nothing is bound to test.Leaf.',
        '  test.Root is built by Root, whose parameter 1 asks for test.Middle.',
        '  test.Middle is built by Middle, whose parameter 2 asks for test.Leaf.',
        '  test.Leaf is provided by @pagerace/leaf, @pagerace/tree.',
      ].join('\n'),
    });
  });

  it('is reported plainly when nobody asked in between', () => {
    expect(failure(() => new Wiring().get(ROOT)).message).toBe('Nothing is bound to test.Root.');
  });

  it('tells a token of a package that is there twice', () => {
    const copy = token<string>('test.title');
    expect(failure(() => incomplete().get(copy)).message).toBe(
      'Nothing is bound to test.title.\n' +
        '  Another token of that name is bound: the package that makes it is there twice.',
    );
  });

  it('leaves the wiring as it was, to be completed', () => {
    const wiring = incomplete();
    failure(() => wiring.get(ROOT));
    expect(wiring.overrideValue(TITLE, 'other').bind(LEAF, Leaf).get(MIDDLE).name).toBe('other');
  });
});

describe('a dependency cycle', () => {
  it('is reported with the classes that close it', () => {
    @injectable()
    class Loop implements Thing {
      readonly name = 'loop';
      constructor(@inject(MIDDLE) readonly middle: Thing) {}
    }
    expect(failure(() => incomplete().bind(LEAF, Loop).get(ROOT))).toEqual({
      kind: 'dependency cycle',
      message: [
        'test.Middle needs itself.',
        '  test.Middle is built by Middle, whose parameter 2 asks for test.Leaf.',
        '  test.Leaf is built by Loop, whose parameter 1 asks for test.Middle.',
      ].join('\n'),
    });
  });
});

describe('binding', () => {
  it('refuses a second implementation that does not say it overrides', () => {
    expect(failure(() => incomplete().bind(MIDDLE, Leaf))).toEqual({
      kind: 'already bound',
      message: 'test.Middle is bound to Middle already. Use override() to replace it.',
    });
    expect(failure(() => incomplete().bindValue(TITLE, 'again')).kind).toBe('already bound');
  });

  it('refuses to override what the base does not have', () => {
    expect(failure(() => incomplete().override(LEAF, Leaf))).toEqual({
      kind: 'nothing to override',
      message: 'test.Leaf is not bound, so there is nothing to override.',
    });
  });

  it('refuses what has no function in common with what it replaces, and says what it is like', () => {
    interface Clock {
      now(): number;
    }
    interface Bell {
      ring(): void;
    }
    const CLOCK = token<Clock>('test.Clock');
    const BELL = token<Bell>('test.Bell');
    @injectable()
    class Quartz implements Clock {
      now(): number {
        return 0;
      }
    }
    @injectable()
    class LoudBell implements Bell {
      ring(): void {}
    }
    const wiring = new Wiring().bind(CLOCK, Quartz).bindValue(BELL, { ring: () => undefined });
    expect(failure(() => wiring.override(CLOCK, LoudBell as never))).toEqual({
      kind: 'unlike what it replaces',
      message:
        'LoudBell is no test.Clock: it has ring(), but not now() as Quartz has. Is it meant for test.Bell?',
    });
    expect(failure(() => wiring.overrideValue(BELL, { call: () => 1 } as never)).message).toBe(
      'a value is no test.Bell: it has call(), but not ring() as a value has.',
    );
    // Functions may be made when an instance is built, and a stand-in may have none.
    expect(() => wiring.overrideValue(CLOCK, {} as never).override(BELL, LoudBell)).not.toThrow();
  });

  it('refuses to override what is in use', () => {
    const wiring = incomplete().bind(LEAF, Leaf);
    wiring.get(ROOT);
    expect(failure(() => wiring.override(LEAF, Leaf))).toEqual({
      kind: 'already in use',
      message: 'test.Leaf is in use as Leaf: override it before the first get().',
    });
  });

  it('refuses undefined as a value', () => {
    const maybe: { title?: string } = {};
    expect(failure(() => new Wiring().bindValue(TITLE, maybe.title!))).toEqual({
      kind: 'undefined value',
      message: 'The value for test.title is undefined.',
    });
  });

  it('refuses a class that is not marked, even if its parent is', () => {
    class Unmarked extends Middle {}
    expect(failure(() => new Wiring().bind(MIDDLE, Unmarked))).toEqual({
      kind: 'not injectable',
      message: 'Unmarked cannot be bound to test.Middle: it is not marked @injectable().',
    });
  });

  it('refuses a class with a parameter that no token fills', () => {
    @injectable()
    class Half implements Thing {
      constructor(
        // eslint-disable-next-line pagerace/inject-matches-parameter -- the fault that is tested
        readonly name: string,
        @inject(LEAF) readonly leaf: Thing,
      ) {}
    }
    expect(failure(() => new Wiring().bind(ROOT, Half))).toEqual({
      kind: 'parameter without token',
      message: 'Half cannot be bound to test.Root: its parameter 1 has no @inject().',
    });
  });
});

describe('a constructor that throws', () => {
  it('throws out of get() what it threw, however deep it is', () => {
    const thrown = new RangeError('no pages left');
    @injectable()
    class Broken implements Thing {
      readonly name = 'broken';
      constructor() {
        throw thrown;
      }
    }
    expect(() => incomplete().bind(LEAF, Broken).get(ROOT)).toThrow(thrown);
  });
});
