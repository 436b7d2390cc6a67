import { explore, type MemoryModel, type Result } from '@pagerace/explorer';
import { bootable, type Machine, type Results } from '@pagerace/machine';

/** What a test's program is run on. */
interface System {
  readonly machine: Machine;
}

export interface Exploring<S extends System> {
  /** Explores a program. What `threads` returns judges each execution. */
  explored(threads: (system: S) => ((results: Results) => void) | undefined): Result;
  /** Runs something as set-up, where there is one execution. @returns what it returns */
  once<T>(body: (system: S) => T): T;
}

/**
 * For the tests of a subsystem.
 *
 * @param compose makes the system, during set-up: a toy system with what is tested
 */
export function exploring<S extends System>(model: MemoryModel, compose: () => S): Exploring<S> {
  const explored: Exploring<S>['explored'] = (threads) => {
    const setup = bootable(() => {
      const system = compose();
      return system.machine.program(threads(system));
    });
    return explore(setup, { model });
  };
  return {
    explored,
    once: <T>(body: (system: S) => T): T => {
      let result: T | undefined;
      const { verdict, error } = explored((system) => {
        result = system.machine.boot(() => body(system));
        return undefined;
      });
      if (verdict !== 'verified') throw new Error(error);
      return result as T;
    },
  };
}
