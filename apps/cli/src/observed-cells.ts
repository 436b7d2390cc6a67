import {
  type Cell,
  runtime,
  type Runtime,
  type Setup,
  type ThreadBody,
  withRuntime,
} from '@pagerace/explorer';

/**
 * A program that runs as before and leaves behind, by name, the cells that its threads touch: what
 * knows how a cell's values are written knows it by the cell.
 */
export function observed(setup: Setup, cells: Map<string, Cell<unknown>>): Setup {
  const watch =
    (body: ThreadBody): ThreadBody =>
    () =>
      withRuntime(watching(runtime(), cells, watch), body);
  return () => {
    const program = setup();
    const { threads } = program;
    return {
      ...program,
      threads: Array.isArray(threads)
        ? threads.map(watch)
        : Object.fromEntries(Object.entries(threads).map(([name, body]) => [name, watch(body)])),
    };
  };
}

const accesses: ReadonlySet<string | symbol> = new Set<keyof Runtime>([
  'read',
  'write',
  'update',
  'await',
]);

function watching(
  below: Runtime,
  cells: Map<string, Cell<unknown>>,
  watch: (body: ThreadBody) => ThreadBody,
): Runtime {
  return new Proxy(below, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      return (...args: unknown[]): unknown => {
        if (accesses.has(name)) {
          const cell = args[0] as Cell<unknown>;
          cells.set(cell.name, cell);
        } else if (name === 'spawn') args[0] = watch(args[0] as ThreadBody);
        return Reflect.apply(member, target, args) as unknown;
      };
    },
  });
}
