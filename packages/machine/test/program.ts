import { explore, type Result } from '@pagerace/explorer';
import { sc, tso } from '@pagerace/memory-models';
import { Machine, type MachineOptions, Violation } from '../src/index.js';

/** Gives a machine its threads; may return a check of their results. */
export type Threads = (machine: Machine) => unknown;

export function run(threads: Threads, model = tso, options: MachineOptions = {}): Result {
  const setup = () => {
    const machine = new Machine(options);
    const atEnd = threads(machine);
    return machine.program(
      typeof atEnd === 'function' ? (results) => void atEnd(results) : undefined,
    );
  };
  return explore(setup, { model });
}

/** The ids of the properties that some execution violates, each once. */
export function violated(threads: Threads, options: MachineOptions = {}): readonly string[] {
  return [...new Set(run(threads, tso, options).violations.map(({ property }) => property))];
}

/** Every outcome that some execution has: each thread's result, by name. */
export function outcomes(threads: Threads, model = tso): readonly string[] {
  const seen = new Set<string>();
  run((machine) => {
    threads(machine);
    return (results) => {
      seen.add(
        Object.entries(results)
          .map(([name, result]) => `${name}=${String(result)}`)
          .join(' '),
      );
    };
  }, model);
  return [...seen].sort();
}

export { sc, tso, Violation };
