import { choose, explore, type MemoryModel, type Result } from '@pagerace/explorer';
import { bootable, type Machine, type Results } from '@pagerace/machine';

/** What a test's program is run on. */
interface System {
  readonly machine: Machine;
}

type AtEnd = (results: Results) => void;

export interface Exploring<S extends System, Options> {
  /** Explores a program. What `threads` returns judges each execution. */
  explored(threads: (system: S) => AtEnd | undefined, options?: Options): Result;
  /** Runs something as set-up, where there is one execution, and judges it. @returns what it returns */
  once<T>(body: (system: S) => T, judge?: (system: S) => void, options?: Options): T;
}

/**
 * For the tests of a subsystem.
 *
 * @param compose makes the system, during set-up: a toy system with what is tested
 * @param audit what must hold at the end of every execution
 */
export function exploring<S extends System, Options = undefined>(
  model: MemoryModel,
  compose: (options?: Options) => S,
  audit?: (system: S) => void,
): Exploring<S, Options> {
  const explored: Exploring<S, Options>['explored'] = (threads, options) => {
    const setup = bootable(() => {
      const system = compose(options);
      const atEnd = threads(system);
      return system.machine.program((results) => {
        atEnd?.(results);
        audit?.(system);
      });
    });
    return explore(setup, { model });
  };
  return {
    explored,
    once: <T>(body: (system: S) => T, judge?: (system: S) => void, options?: Options): T => {
      let result: T | undefined;
      const { verdict, error, violations } = explored((system) => {
        result = system.machine.boot(() => body(system));
        // A program without an operation of a thread would be vacuous.
        system.machine.agent('nobody').run(() => choose(1));
        return () => judge?.(system);
      }, options);
      if (verdict !== 'verified') throw new Error(error ?? violations[0]?.message);
      return result as T;
    },
  };
}
