import { assert, assume, cell, choose, type Setup, spawn, SpinLock } from '../src/index.js';
import fc from 'fast-check';

/** Small random programs: plain data, so that a failing one shrinks and can be shown. */
export type RandomProgram = readonly (readonly Statement[])[];

/** `last` is what the thread read or chose last. */
export type Statement =
  | readonly ['read' | 'write last + 1' | 'increment below 2', cell: number]
  | readonly [
      'write' | 'add' | 'exchange' | 'await' | 'take from' | 'replace 0 by',
      cell: number,
      value: number,
    ]
  | readonly ['choose']
  | readonly ['assume last is not' | 'assert last is not', value: number]
  | readonly ['if last is', value: number, then: readonly Statement[]]
  | readonly ['locked' | 'if not locked' | 'start' | 'start and join', body: readonly Statement[]];

/** Mostly the first: programs whose threads do not meet show nothing. */
const anyCell = fc.constantFrom(0, 0, 1);
const anyValue = fc.integer({ min: 1, max: 2 });

const simple: fc.Arbitrary<Statement> = fc.oneof(
  { weight: 5, arbitrary: fc.tuple(fc.constant('read'), anyCell) },
  { weight: 5, arbitrary: fc.tuple(fc.constant('write'), anyCell, anyValue) },
  fc.tuple(fc.constantFrom('write last + 1', 'increment below 2'), anyCell),
  fc.tuple(
    fc.constantFrom('add', 'exchange', 'await', 'take from', 'replace 0 by'),
    anyCell,
    anyValue,
  ),
  fc.constant<Statement>(['choose']),
  fc.tuple(fc.constant('assume last is not'), anyValue),
  { weight: 2, arbitrary: fc.tuple(fc.constant('assert last is not'), anyValue) },
);

const body = fc.array(simple, { minLength: 1, maxLength: 2 });

const statements = (...holding: readonly string[]): fc.Arbitrary<readonly Statement[]> =>
  fc.array(
    fc.oneof(
      { weight: 8, arbitrary: simple },
      fc.tuple(fc.constant('if last is'), anyValue, body),
      fc.tuple(fc.constantFrom('locked', 'if not locked', ...holding), body),
    ) as fc.Arbitrary<Statement>,
    { minLength: 1, maxLength: 3 },
  );

/** Only the first thread starts others: the searches number what is started as they come to it. */
export const randomProgram: fc.Arbitrary<RandomProgram> = fc
  .tuple(
    statements('start', 'start and join'),
    fc.array(statements(), { minLength: 1, maxLength: 2 }),
  )
  .map(([first, others]) => [first, ...others]);

export function toSetup(program: RandomProgram): Setup {
  return () => {
    const cells = [cell(0, 'x'), cell(0, 'y')];
    const lock = new SpinLock();
    const run = (statements: readonly Statement[], read = 0): number => {
      let last = read;
      for (const one of statements) last = step(one, last);
      return last;
    };
    const step = (one: Statement, last: number): number => {
      switch (one[0]) {
        case 'read':
          return cells[one[1]]!.read();
        case 'write':
          cells[one[1]]!.write(one[2]);
          return last;
        case 'write last + 1':
          cells[one[1]]!.write(last + 1);
          return last;
        case 'increment below 2':
          return cells[one[1]]!.update((old) => (old < 2 ? old + 1 : undefined));
        case 'add':
          return cells[one[1]]!.fetchAdd(one[2]);
        case 'exchange':
          return cells[one[1]]!.exchange(one[2]);
        case 'replace 0 by':
          return cells[one[1]]!.compareExchange(0, one[2]);
        case 'await':
          return cells[one[1]]!.await((value) => value >= one[2]);
        case 'take from':
          return cells[one[1]]!.awaitUpdate(
            (value) => value >= one[2],
            (value) => value - one[2],
          );
        case 'choose':
          return choose(2);
        case 'assume last is not':
          assume(last !== one[1]);
          return last;
        case 'assert last is not':
          assert(last !== one[1], `last is ${String(one[1])}`);
          return last;
        case 'if last is':
          return last === one[1] ? run(one[2], last) : last;
        case 'locked':
          lock.lock();
          last = run(one[1], last);
          lock.unlock();
          return last;
        case 'if not locked':
          if (!lock.tryLock()) return last;
          last = run(one[1], last);
          lock.unlock();
          return last;
        case 'start':
          spawn(() => run(one[1], last));
          return last;
        case 'start and join':
          return spawn(() => run(one[1], last)).join() as number;
      }
    };
    return { threads: program.map((statements) => () => run(statements)) };
  };
}

/** Holds a property against random programs; a failure shows the program. */
export function onRandomPrograms(
  options: fc.Parameters<[RandomProgram]>,
  property: (setup: Setup, source: string) => void,
): void {
  const named = (program: RandomProgram): void => {
    const source = JSON.stringify(program);
    try {
      property(toSetup(program), source);
    } catch (thrown) {
      throw new Error(`${source}\n${String(thrown)}`, { cause: thrown });
    }
  };
  fc.assert(fc.property(randomProgram, named), options);
}
