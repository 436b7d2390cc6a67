import { explore, type Result } from '@pagerace/explorer';
import { sc, tso } from '@pagerace/memory-models';
import { Machine, type MachineOptions, type Results, Violation } from '../src/index.js';

type AtEnd = (results: Results) => unknown;

/** Gives a machine its threads; may return a check of their results, and what else it returns is no matter. */
export type Threads = (machine: Machine) => AtEnd | object | undefined;

export function run(threads: Threads, model = tso, options: MachineOptions = {}): Result {
  const setup = () => {
    const machine = new Machine(options);
    const atEnd = threads(machine);
    return machine.program(
      typeof atEnd === 'function' ? (results) => void (atEnd as AtEnd)(results) : undefined,
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
