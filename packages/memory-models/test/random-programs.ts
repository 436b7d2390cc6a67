import {
  assert,
  assume,
  cell,
  choose,
  Fence,
  fence,
  Order,
  RwLock,
  spawn,
  SpinLock,
  type Cell,
  type Setup,
} from '@pagerace/explorer';
import fc from 'fast-check';

/**
 * Small random programs: plain data, so that a failing one shrinks, an interpreter that makes them
 * programs, and a printer that makes them source text.
 */
export interface RandomProgram {
  readonly threads: readonly (readonly Statement[])[];
}

/** What a wait waits for: the value itself, or one that is no smaller. */
interface Condition {
  readonly is: '===' | '>=';
  readonly value: number;
}

/** `last` is what the thread read or chose last. */
export type Statement =
  | { readonly do: 'read'; readonly cell: number; readonly order: Order }
  | { readonly do: 'write'; readonly cell: number; readonly value: number; readonly order: Order }
  | { readonly do: 'write last + 1'; readonly cell: number }
  | { readonly do: 'fetchAdd'; readonly cell: number; readonly addend: number }
  | { readonly do: 'exchange'; readonly cell: number; readonly value: number }
  | {
      readonly do: 'compareExchange';
      readonly cell: number;
      readonly expected: number;
      readonly desired: number;
    }
  | { readonly do: 'addUnless'; readonly cell: number; readonly unless: number }
  | { readonly do: 'increment below'; readonly cell: number; readonly limit: number }
  | { readonly do: 'fence'; readonly kind: Fence }
  | { readonly do: 'await'; readonly cell: number; readonly until: Condition }
  | {
      readonly do: 'awaitUpdate';
      readonly cell: number;
      readonly until: Condition;
      readonly addend: number;
    }
  | { readonly do: 'choose'; readonly alternatives: number }
  | { readonly do: 'assume last is not'; readonly value: number }
  | { readonly do: 'assert last is not'; readonly value: number }
  | {
      readonly do: 'if last is';
      readonly value: number;
      readonly then: readonly Statement[];
      readonly otherwise: readonly Statement[];
    }
  | {
      readonly do: 'hold';
      readonly lock: number;
      readonly mode: 'lock' | 'readLock' | 'writeLock';
      readonly tries: boolean;
      readonly body: readonly Statement[];
    }
  | {
      readonly do: 'spawn';
      readonly body: readonly Statement[];
      readonly meanwhile: readonly Statement[];
      readonly joins: boolean;
    };

const lockCount = 2;
const cellNames = ['x', 'y', 'z'];

// Making them.

/** Mostly the first two: programs whose threads do not meet show nothing. */
const anyCell = fc.constantFrom(0, 0, 1, 1, 2);
const anyValue = fc.integer({ min: 1, max: 2 });
const seenValue = fc.nat(2);
const anyCondition: fc.Arbitrary<Condition> = fc.record({
  is: fc.constantFrom('===', '>='),
  value: anyValue,
});

const access: fc.Arbitrary<Statement> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('read' as const),
      cell: anyCell,
      order: fc.constantFrom(Order.relaxed, Order.plain, Order.acquire, Order.full),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('write' as const),
      cell: anyCell,
      value: anyValue,
      order: fc.constantFrom(Order.relaxed, Order.plain, Order.release, Order.full),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('write last + 1' as const), cell: anyCell }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('fetchAdd' as const),
      cell: anyCell,
      addend: fc.constantFrom(1, -1),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('exchange' as const), cell: anyCell, value: anyValue }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('compareExchange' as const),
      cell: anyCell,
      expected: seenValue,
      desired: anyValue,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('addUnless' as const),
      cell: anyCell,
      unless: seenValue,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('increment below' as const),
      cell: anyCell,
      limit: anyValue,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('fence' as const),
      kind: fc.constantFrom(Fence.full, Fence.read, Fence.write),
    }),
  },
);

const waiting: fc.Arbitrary<Statement> = fc.oneof(
  fc.record({ do: fc.constant('await' as const), cell: anyCell, until: anyCondition }),
  fc.record({
    do: fc.constant('awaitUpdate' as const),
    cell: anyCell,
    until: fc.record({
      is: fc.constantFrom('===' as const, '>=' as const),
      value: fc.nat(2),
    }),
    addend: fc.constantFrom(1, -1),
  }),
);

const thinking: fc.Arbitrary<Statement> = fc.oneof(
  fc.record({ do: fc.constant('choose' as const), alternatives: fc.constant(2) }),
  fc.record({ do: fc.constant('assume last is not' as const), value: seenValue }),
  fc.record({ do: fc.constant('assert last is not' as const), value: seenValue }),
);

const simple: fc.Arbitrary<Statement> = fc.oneof(
  { weight: 12, arbitrary: access },
  { weight: 1, arbitrary: waiting },
  { weight: 1, arbitrary: thinking },
);

const few = (statement: fc.Arbitrary<Statement>, maxLength = 2): fc.Arbitrary<Statement[]> =>
  fc.array(statement, { maxLength, size: 'max' });

const holding = (body: fc.Arbitrary<Statement>): fc.Arbitrary<Statement> =>
  fc.record({
    do: fc.constant('hold' as const),
    lock: fc.nat(lockCount - 1),
    mode: fc.constantFrom(
      'lock' as const,
      'lock' as const,
      'readLock' as const,
      'writeLock' as const,
    ),
    tries: fc.boolean(),
    body: few(body),
  });

const branching = (body: fc.Arbitrary<Statement>): fc.Arbitrary<Statement> =>
  fc.record({
    do: fc.constant('if last is' as const),
    value: seenValue,
    then: few(body),
    otherwise: few(body, 1),
  });

const nested: fc.Arbitrary<Statement> = fc.oneof(
  { weight: 4, arbitrary: simple },
  { weight: 1, arbitrary: holding(simple) },
  { weight: 1, arbitrary: branching(simple) },
);

const statement: fc.Arbitrary<Statement> = fc.oneof(
  { weight: 10, arbitrary: simple },
  { weight: 3, arbitrary: holding(nested) },
  { weight: 2, arbitrary: branching(nested) },
);

/** Only the first thread starts others: their numbers are then the same in every interleaving. */
const spawning: fc.Arbitrary<Statement> = fc.record({
  do: fc.constant('spawn' as const),
  body: few(simple),
  meanwhile: few(simple, 1),
  joins: fc.boolean(),
});

const thread = fc.array(statement, { minLength: 1, maxLength: 4, size: 'max' });
const firstThread = fc.oneof(
  { weight: 6, arbitrary: thread },
  {
    weight: 1,
    arbitrary: fc
      .tuple(few(statement, 1), spawning, few(statement, 1))
      .map(([before, start, after]) => [...before, start, ...after]),
  },
);

/** 2–4 threads of 1–4 statements each, over three cells, two spin locks and two reader/writer locks. */
export const randomProgram: fc.Arbitrary<RandomProgram> = fc.noBias(
  fc
    .tuple(firstThread, fc.array(thread, { minLength: 1, maxLength: 3, size: 'max' }))
    .map(([first, others]) => ({ threads: [first, ...others] }))
    .filter((program) => interleavings(program) <= mostInterleavings),
);

/** Keeps a program small enough for an enumeration. */
const mostInterleavings = 500_000;

/** About how many interleavings there are. */
function interleavings({ threads }: RandomProgram): number {
  const lengths: number[] = [];
  for (const body of threads) {
    lengths.push(lengthOf(body));
    for (const statement of body) {
      if (statement.do === 'spawn') lengths.push(lengthOf(statement.body));
    }
  }
  let result = 1;
  let sum = 0;
  for (const length of lengths) {
    for (let i = 1; i <= length; i++) result *= (sum + i) / i;
    sum += length;
  }
  return result;
}

function lengthOf(body: readonly Statement[]): number {
  let length = 0;
  for (const statement of body) {
    switch (statement.do) {
      case 'hold':
        length += 2 + lengthOf(statement.body);
        break;
      case 'if last is':
        length += Math.max(lengthOf(statement.then), lengthOf(statement.otherwise));
        break;
      case 'spawn':
        length += 1 + lengthOf(statement.meanwhile) + (statement.joins ? 1 : 0);
        break;
      case 'choose':
        length += 2;
        break;
      case 'assume last is not':
      case 'assert last is not':
        break;
      default:
        length++;
    }
  }
  return length;
}

// Running them.

interface Shared {
  readonly cells: readonly Cell<number>[];
  readonly spinLocks: readonly SpinLock[];
  readonly rwLocks: readonly RwLock[];
}

export function toSetup(program: RandomProgram): Setup {
  return () => {
    const shared: Shared = {
      cells: cellNames.map((name) => cell(0, name)),
      spinLocks: Array.from({ length: lockCount }, () => new SpinLock()),
      rwLocks: Array.from({ length: lockCount }, () => new RwLock()),
    };
    return {
      threads: program.threads.map((body) => () => {
        run(body, shared, 0);
      }),
    };
  };
}

function holds(condition: Condition): (value: number) => boolean {
  const { is, value: wanted } = condition;
  return is === '===' ? (value) => value === wanted : (value) => value >= wanted;
}

/** Runs statements; returns what was read last. */
function run(body: readonly Statement[], shared: Shared, lastBefore: number): number {
  let last = lastBefore;
  for (const statement of body) last = runOne(statement, shared, last);
  return last;
}

function runOne(statement: Statement, shared: Shared, last: number): number {
  switch (statement.do) {
    case 'read':
      return shared.cells[statement.cell]!.read(statement.order);
    case 'write':
      shared.cells[statement.cell]!.write(statement.value, statement.order);
      return last;
    case 'write last + 1':
      shared.cells[statement.cell]!.write(last + 1);
      return last;
    case 'fetchAdd':
      return shared.cells[statement.cell]!.fetchAdd(statement.addend);
    case 'exchange':
      return shared.cells[statement.cell]!.exchange(statement.value);
    case 'compareExchange':
      return shared.cells[statement.cell]!.compareExchange(statement.expected, statement.desired);
    case 'addUnless':
      return shared.cells[statement.cell]!.addUnless(1, statement.unless) ? 1 : 0;
    case 'increment below': {
      const { limit } = statement;
      return shared.cells[statement.cell]!.update((old) => (old < limit ? old + 1 : undefined));
    }
    case 'fence':
      fence(statement.kind);
      return last;
    case 'await':
      return shared.cells[statement.cell]!.await(holds(statement.until));
    case 'awaitUpdate': {
      const { addend } = statement;
      return shared.cells[statement.cell]!.awaitUpdate(
        holds(statement.until),
        (old) => old + addend,
      );
    }
    case 'choose':
      return choose(statement.alternatives);
    case 'assume last is not':
      assume(last !== statement.value);
      return last;
    case 'assert last is not':
      assert(last !== statement.value);
      return last;
    case 'if last is':
      return run(last === statement.value ? statement.then : statement.otherwise, shared, last);
    case 'hold':
      return hold(statement, shared, last);
    case 'spawn': {
      const child = spawn(() => {
        run(statement.body, shared, 0);
      });
      const result = run(statement.meanwhile, shared, last);
      if (statement.joins) child.join();
      return result;
    }
  }
}

function hold(
  { lock, mode, tries, body }: Extract<Statement, { do: 'hold' }>,
  { cells, spinLocks, rwLocks }: Shared,
  last: number,
): number {
  const inside = (): number => run(body, { cells, spinLocks, rwLocks }, last);
  const spinLock = spinLocks[lock]!;
  const rwLock = rwLocks[lock]!;
  let result: number;
  switch (mode) {
    case 'lock':
      if (!tries) spinLock.lock();
      else if (!spinLock.tryLock()) return last;
      result = inside();
      spinLock.unlock();
      return result;
    case 'readLock':
      if (!tries) rwLock.readLock();
      else if (!rwLock.tryReadLock()) return last;
      result = inside();
      rwLock.readUnlock();
      return result;
    case 'writeLock':
      if (!tries) rwLock.writeLock();
      else if (!rwLock.tryWriteLock()) return last;
      result = inside();
      rwLock.writeUnlock();
      return result;
  }
}

// Printing them.

/** The program as source text: paste it into a test. */
export function toSource(program: RandomProgram): string {
  const threads = program.threads.flatMap((body) => {
    const lines = source(body);
    if (lines.some((line) => line.includes('last'))) lines.unshift('let last = 0;');
    return ['() => {', ...lines.map((line) => `  ${line}`), '},'];
  });
  const declarations = [
    ...cellNames.map((name) => [name, `cell(0, '${name}')`]),
    ...Array.from({ length: lockCount }, (_, lock) => [`spinLock${lock}`, 'new SpinLock()']),
    ...Array.from({ length: lockCount }, (_, lock) => [`rwLock${lock}`, 'new RwLock()']),
  ].filter(([name]) => threads.some((line) => line.includes(`${name!}.`)));
  return [
    'const setup: Setup = () => {',
    ...declarations.map(([name, value]) => `  const ${name!} = ${value!};`),
    '  return {',
    '    threads: [',
    ...threads.map((line) => `      ${line}`),
    '    ],',
    '  };',
    '};',
  ].join('\n');
}

function source(body: readonly Statement[]): string[] {
  return body.flatMap(sourceOf);
}

const indented = (body: readonly Statement[]): string[] => source(body).map((line) => `  ${line}`);

const codeName = (codes: Readonly<Record<string, number>>, code: number): string =>
  Object.keys(codes).find((name) => codes[name] === code)!;

function sourceOf(statement: Statement): string[] {
  const name = 'cell' in statement ? cellNames[statement.cell]! : '';
  switch (statement.do) {
    case 'read':
      return [`last = ${name}.read(Order.${codeName(Order, statement.order)});`];
    case 'write':
      return [`${name}.write(${statement.value}, Order.${codeName(Order, statement.order)});`];
    case 'write last + 1':
      return [`${name}.write(last + 1);`];
    case 'fetchAdd':
      return [`last = ${name}.fetchAdd(${statement.addend});`];
    case 'exchange':
      return [`last = ${name}.exchange(${statement.value});`];
    case 'compareExchange':
      return [`last = ${name}.compareExchange(${statement.expected}, ${statement.desired});`];
    case 'addUnless':
      return [`last = ${name}.addUnless(1, ${statement.unless}) ? 1 : 0;`];
    case 'increment below':
      return [`last = ${name}.update((old) => (old < ${statement.limit} ? old + 1 : undefined));`];
    case 'fence':
      return [`fence(Fence.${codeName(Fence, statement.kind)});`];
    case 'await':
      return [`last = ${name}.await(${conditionSource(statement.until)});`];
    case 'awaitUpdate':
      return [
        `last = ${name}.awaitUpdate(${conditionSource(statement.until)}, (old) => old + ${statement.addend});`,
      ];
    case 'choose':
      return [`last = choose(${statement.alternatives});`];
    case 'assume last is not':
      return [`assume(last !== ${statement.value});`];
    case 'assert last is not':
      return [`assert(last !== ${statement.value});`];
    case 'if last is':
      return [
        `if (last === ${statement.value}) {`,
        ...indented(statement.then),
        ...(statement.otherwise.length > 0 ? ['} else {', ...indented(statement.otherwise)] : []),
        '}',
      ];
    case 'hold':
      return holdSource(statement);
    case 'spawn':
      return [
        'const child = spawn(() => {',
        '  let last = 0;',
        ...indented(statement.body),
        '});',
        ...source(statement.meanwhile),
        ...(statement.joins ? ['child.join();'] : []),
      ];
  }
}

function conditionSource({ is, value }: Condition): string {
  return `(value) => value ${is} ${value}`;
}

function holdSource({ lock, mode, tries, body }: Extract<Statement, { do: 'hold' }>): string[] {
  const name = mode === 'lock' ? `spinLock${lock}` : `rwLock${lock}`;
  const [take, attempt, release] = {
    lock: ['lock', 'tryLock', 'unlock'],
    readLock: ['readLock', 'tryReadLock', 'readUnlock'],
    writeLock: ['writeLock', 'tryWriteLock', 'writeUnlock'],
  }[mode];
  const inside = [...source(body), `${name}.${release}();`];
  return tries
    ? [`if (${name}.${attempt}()) {`, ...inside.map((line) => `  ${line}`), '}']
    : [`${name}.${take}();`, ...inside];
}
