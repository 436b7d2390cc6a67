import { Fence, Order, type Step } from '@pagerace/explorer';
import type { TraceAnnotation } from '@pagerace/machine';
import { type Access, callsOf } from './execution.js';
import { type Sketch, type Statement, stepOf } from './sketch.js';

export interface LitmusTextOptions {
  /** The test's name. */
  readonly name: string;
  /** What stands in the comment at the top, below the expected result. */
  readonly about: readonly string[];
  readonly expected: 'Never' | 'Sometimes';
  /** Whether every ordering is to be as the kernel has it, and not as it was weakened. */
  readonly asWritten: boolean;
  /** How a value is written in comments. */
  readonly format: (step: Step, value: unknown) => string;
}

/** A sketch as a C litmus test that only the execution that it comes from satisfies. */
export function litmusText(sketch: Sketch, options: LitmusTextOptions): string {
  const { name, about, expected, asWritten } = options;
  const threads = sketch.map((statements) =>
    statements.filter((one) => asWritten || one.kind !== 'fence' || one.leftOut === undefined),
  );
  const cells = cellsOf(threads.flat());
  const conditions: string[] = [];
  const bodies = threads.map((statements, thread) => {
    const { lines, seen } = threadText(statements, thread, cells, options);
    conditions.push(...seen);
    return lines;
  });
  for (const { name, writes } of cells.values()) {
    // With two writes or more, only the last value tells their order.
    if (writes > 1) conditions.push(`${name}=${String(writes)}`);
  }
  const threadNames = threads.map(
    ([first], thread) =>
      `P${String(thread)}: ${first === undefined ? '' : stepOf(first).threadName}`,
  );
  return [
    `C ${name}`,
    '',
    '(*',
    ...[`Result: ${expected}`, '', threadNames.join(', '), ...about].map((line) =>
      ` * ${inComment(line)}`.trimEnd(),
    ),
    ' *)',
    '',
    '{}',
    '',
    ...bodies.flat(),
    `exists (${conditions.join(' /\\ ')})`,
    '',
  ].join('\n');
}

/** One thread, and what it has seen: the part of the final condition that is about its registers. */
function threadText(
  statements: readonly Statement[],
  thread: number,
  cells: ReadonlyMap<string, CellInTest>,
  { asWritten, format }: LitmusTextOptions,
): { readonly lines: readonly string[]; readonly seen: readonly string[] } {
  const parameters = new Set<string>();
  const seen: string[] = [];
  const lines = statements.map((statement): string => {
    const place = placeOf(statement);
    if (statement.kind === 'fence') return commented(fenceCall(statement.fence), place);
    const { access } = statement;
    const { name, valueAt } = cells.get(access.cell)!;
    parameters.add(statement.kind === 'lock' ? `spinlock_t *${name}` : `int *${name}`);
    if (statement.kind === 'lock') {
      const call = access.step.operation === 'write' ? 'spin_unlock' : 'spin_lock';
      return commented(`${call}(${name})`, place);
    }
    const order = asWritten ? statement.written : statement.order;
    const comment = `${place}: ${changeText(access, format)}`;
    const { reads, writes } = access;
    if (reads === undefined) return commented(storeCall(name, valueAt(writes!), order), comment);
    const register = `r${String(seen.length)}`;
    seen.push(`${String(thread)}:${register}=${String(valueAt(reads))}`);
    const call =
      writes === undefined ? loadCall(name, order) : exchangeCall(name, valueAt(writes), order);
    return commented(`${register} = ${call}`, comment);
  });
  const registers = seen.map((_, nth) => `\tint r${String(nth)};`);
  return {
    lines: [
      `P${String(thread)}(${[...parameters].join(', ')})`,
      '{',
      ...(registers.length === 0 ? [] : [...registers, '']),
      ...lines,
      '}',
      '',
    ],
    seen,
  };
}

/** Comments of litmus tests nest. */
function inComment(line: string): string {
  return line.replaceAll('(*', '( *').replaceAll('*)', '* )');
}

/** A cell or a lock of a test. */
interface CellInTest {
  readonly name: string;
  /** How many writes of it are left. */
  readonly writes: number;
  /** The number that stands for what the cell holds after so many writes of the execution. */
  readonly valueAt: (place: number) => number;
}

/** By name, what a test accesses: 0 is what each holds at first, and every write that is left has a number of its own. */
function cellsOf(statements: readonly Statement[]): ReadonlyMap<string, CellInTest> {
  const accesses = statements.flatMap((one) => (one.kind === 'fence' ? [] : [one.access]));
  const cells = new Map<string, CellInTest>();
  const names = new Set<string>();
  for (const { cell } of accesses) {
    if (cells.has(cell)) continue;
    const places = accesses.flatMap((one) =>
      one.cell === cell && !one.isLock && one.writes !== undefined ? [one.writes] : [],
    );
    let name = identifier(cell);
    while (names.has(name)) name += '_';
    names.add(name);
    const valueAt = (place: number): number => places.filter((one) => one <= place).length;
    cells.set(cell, { name, writes: places.length, valueAt });
  }
  return cells;
}

/** `app.pte(7f7c10400000)[24]` as `app_pte_24`. */
function identifier(cell: string): string {
  const name = cell
    .replaceAll(/\([^)]*\)/g, '')
    .replaceAll(/[\W_]+/g, '_')
    .replaceAll(/^_+|_+$/g, '');
  return /^[A-Za-z_]/.test(name) ? name : `cell_${name}`;
}

function commented(call: string, comment: string): string {
  return `\t${call}; // ${comment.replaceAll(/[^\x20-\x7e]/g, '?')}`;
}

/** `mm/rmap.c:try_to_unmap_one(): smp_mb`. */
function placeOf(statement: Statement): string {
  const step = stepOf(statement);
  if (statement.kind === 'fence' && statement.leftOut !== undefined) return statement.leftOut.name;
  const { primitive } = (step.annotation ?? {}) as Partial<TraceAnnotation>;
  const calls = callsOf(step);
  // A function of a header says what is done, and the one that calls it where.
  const at = calls.findLastIndex(({ file }) => file.endsWith('.c'));
  const where = calls[at];
  const what = calls[at + 1]?.name ?? primitive ?? step.operation;
  return `${where === undefined ? step.threadName : `${where.file}:${where.name}()`} ${what}`;
}

function changeText({ step }: Access, format: LitmusTextOptions['format']): string {
  const before = format(step, step.before);
  return step.operation === 'read' ? before : `${before} -> ${format(step, step.after)}`;
}

function fenceCall(fence: Fence): string {
  switch (fence) {
    case Fence.read:
      return 'smp_rmb()';
    // A DSB ISHST: of what it orders, the kernel has a word for the writes alone.
    case Fence.writeToAny:
    case Fence.write:
      return 'smp_wmb()';
    case Fence.compiler:
      return 'barrier()';
    default:
      return 'smp_mb()';
  }
}

function loadCall(name: string, order: Order): string {
  return order > Order.relaxed && order !== Order.release
    ? `smp_load_acquire(${name})`
    : `READ_ONCE(*${name})`;
}

function storeCall(name: string, value: number, order: Order): string {
  const number = String(value);
  if (order === Order.full) return `smp_store_release(${name}, ${number}); smp_mb()`;
  return order === Order.release || order === Order.acquireRelease
    ? `smp_store_release(${name}, ${number})`
    : `WRITE_ONCE(*${name}, ${number})`;
}

function exchangeCall(name: string, value: number, order: Order): string {
  const suffixes: Partial<Record<Order, string>> = {
    [Order.plain]: '_relaxed',
    [Order.relaxed]: '_relaxed',
    [Order.acquire]: '_acquire',
    [Order.release]: '_release',
  };
  return `xchg${suffixes[order] ?? ''}(${name}, ${String(value)})`;
}
