import { inspect } from 'node:util';
import {
  Cell,
  ModelError,
  runtime,
  type Runtime,
  type Setup,
  withRuntime,
} from '@pagerace/explorer';

/**
 * A set-up that notices when it does not make the same cells and threads each time: executions would then
 * be those of different programs. It is tried once before it is first used.
 *
 * @param name the scenario, for the message
 * @throws {ModelError} from the set-up, saying what differs
 */
export function builtAlike(name: string, setup: Setup): Setup {
  let before: readonly string[] | undefined;
  return () => {
    before ??= built(setup, scratch(runtime())).parts;
    const { program, parts } = built(setup, runtime());
    const at = parts.findIndex((part, nth) => part !== before![nth]);
    const differs = at >= 0 ? at : parts.length < before.length ? parts.length : -1;
    if (differs >= 0) {
      throw new ModelError(
        `the scenario ${name} is built differently each time: ${before[differs] ?? 'nothing more'} ` +
          `before, ${parts[differs] ?? 'nothing more'} now`,
      );
    }
    return program;
  };
}

/** Runs a set-up, and tells the parts of what it makes. */
function built(setup: Setup, below: Runtime) {
  const cells: string[] = [];
  const createCell: Runtime['createCell'] = (initial, name) => {
    const made = below.createCell(initial, name);
    cells.push(`the cell ${made.name} with ${inspect(initial, { depth: -1 })}`);
    return made;
  };
  const program = withRuntime(withCells(below, createCell), setup);
  const threads = Object.keys(program.threads).map((thread) => `the thread ${thread}`);
  return { program, parts: [...cells, ...threads] };
}

/** The cells of a program that is thrown away. */
function scratch(below: Runtime): Runtime {
  let cells = 0;
  return withCells(below, (initial, name) => {
    const id = cells++;
    return new Cell(id, name ?? `cell${String(id)}`, initial);
  });
}

function withCells(below: Runtime, createCell: Runtime['createCell']): Runtime {
  return new Proxy(below, {
    get: (target, name) => {
      if (name === 'createCell') return createCell;
      const member: unknown = Reflect.get(target, name, target);
      return typeof member === 'function' ? (member.bind(target) as unknown) : member;
    },
  });
}
