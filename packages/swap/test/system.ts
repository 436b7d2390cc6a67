import { explore, type Result } from '@pagerace/explorer';
import { bootable, type Machine, type Results } from '@pagerace/machine';
import { sc } from '@pagerace/memory-models';
import { MEMORY, type Memory } from '@pagerace/page-model';
import { toySystem } from '@pagerace/page-model/testing';
import { SWAP, type Swap, swapSubsystem } from '../src/index.js';

export interface System {
  readonly machine: Machine;
  readonly memory: Memory;
  readonly swap: Swap;
}

/** Explores a program over a toy machine. What `threads` returns judges each execution. */
export function explored(
  threads: (system: System) => ((results: Results) => void) | undefined,
): Result {
  const setup = bootable(() => {
    const { machine, wiring } = toySystem();
    swapSubsystem(wiring);
    const memory = wiring.get(MEMORY);
    const swap = wiring.get(SWAP);
    return machine.program(threads({ machine, memory, swap }));
  });
  return explore(setup, { model: sc });
}

/** Runs something as set-up, where there is one execution. @returns what it returns */
export function once<T>(body: (system: System) => T): T {
  let result: T | undefined;
  const { verdict, error } = explored((system) => {
    result = system.machine.boot(() => body(system));
    return undefined;
  });
  if (verdict !== 'verified') throw new Error(error);
  return result as T;
}
