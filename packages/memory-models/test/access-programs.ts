import { cell, Fence, fence, Order, reach, type Setup, SpinLock, whole } from '@pagerace/explorer';
import fc from 'fast-check';

/*
 * Small random programs without branches, with accesses, read-modify-writes and fences of every order: what
 * the models judge differently.
 */

const order = fc.constantFrom(...Object.values(Order));

interface Place {
  readonly cell: number;
  readonly order: Order;
}

export type Operation =
  | ({ readonly do: 'read' | 'add' } & Place)
  | ({ readonly do: 'write' | 'exchange'; readonly value: number } & Place)
  | ({ readonly do: 'compareExchange'; readonly expected: number } & Place)
  | { readonly do: 'fence'; readonly kind: Fence }
  /** What was read last is taken for a pointer to the cell that follows. */
  | { readonly do: 'reach'; readonly cell: number }
  /** An update within a section of the lock. */
  | ({ readonly do: 'lock' } & Place);

export type AccessProgram = readonly (readonly Operation[])[];

const as = <Name extends string>(name: Name) => fc.constant(name);
const written = fc.integer({ min: 1, max: 2 });

/** An operation of any kind, on one of some cells. */
function operationOn(place: { cell: fc.Arbitrary<number>; order: typeof order }) {
  return fc.oneof(
    { weight: 3, arbitrary: fc.record({ do: as('read'), ...place }) },
    { weight: 3, arbitrary: fc.record({ do: as('write'), value: written, ...place }) },
    fc.record({ do: as('add'), ...place }),
    fc.record({ do: as('compareExchange'), expected: fc.nat(1), ...place }),
    fc.record({ do: as('fence'), kind: fc.constantFrom(...Object.values(Fence)) }),
    fc.record({ do: as('reach'), cell: place.cell }),
    fc.record({ do: as('lock'), ...place }),
  );
}

/** Two long threads or three and four short ones, over two cells. */
export const anyProgram: fc.Arbitrary<AccessProgram> = (() => {
  const operation: fc.Arbitrary<Operation> = operationOn({ cell: fc.nat(1), order });
  return fc.oneof(
    fc.array(fc.array(operation, { minLength: 1, maxLength: 4 }), { minLength: 2, maxLength: 2 }),
    fc.array(fc.array(operation, { minLength: 1, maxLength: 2 }), { minLength: 3, maxLength: 4 }),
  );
})();

/** How many operations each thread of a small program has, by how many cells they are on. */
const smallShapes = {
  oneCell: [
    [2, 1, 1],
    [2, 2, 1],
    [2, 2, 2],
    [1, 1, 1, 1],
    [2, 1, 1, 1],
  ],
  twoCells: [
    [2, 2, 2],
    [3, 2, 1],
    [2, 1, 1, 1],
    [2, 2, 1, 1],
  ],
};

/** Seven operations on one cell: in as many orders as interleavings, 420 and 630. */
const largeShapes = [
  [1, 3, 2, 1],
  [2, 2, 2, 1],
];

function programOfShapes(
  operation: fc.Arbitrary<Operation>,
  shapes: readonly (readonly number[])[],
): fc.Arbitrary<AccessProgram> {
  const thread = (length: number) =>
    fc.array(operation, { minLength: length, maxLength: length, size: 'max' });
  return fc.noBias(fc.constantFrom(...shapes).chain((lengths) => fc.tuple(...lengths.map(thread))));
}

/** Mostly an update. */
function updateOn(place: { cell: fc.Arbitrary<number>; order: typeof order }) {
  return fc.oneof(
    { weight: 12, arbitrary: fc.record({ do: as('add'), ...place }) },
    { weight: 5, arbitrary: fc.record({ do: as('write'), value: written, ...place }) },
    { weight: 2, arbitrary: fc.record({ do: as('exchange'), value: written, ...place }) },
    { weight: 2, arbitrary: operationOn(place) },
  );
}

/** Three and four threads that write and update one cell or two. */
export const smallProgramOfUpdates = fc.oneof(
  programOfShapes(updateOn({ cell: fc.constant(0), order }), smallShapes.oneCell),
  programOfShapes(updateOn({ cell: fc.nat(1), order }), smallShapes.twoCells),
);

/**
 * Litmus tests: two threads or more go from one cell to the next, with a fence or another access between, and
 * others may access one cell. An update may stand for any access.
 */
export const litmusProgram: fc.Arbitrary<AccessProgram> = fc.noBias(
  fc.integer({ min: 2, max: 3 }).chain((cells) => {
    const orders = fc.oneof(order, fc.constantFrom(Order.release, Order.acquire, Order.full));
    const accessOf = (where: fc.Arbitrary<number>): fc.Arbitrary<Operation> => {
      const place = { cell: where, order: orders };
      return fc.oneof(
        { weight: 4, arbitrary: fc.record({ do: as('read'), ...place }) },
        { weight: 4, arbitrary: fc.record({ do: as('write'), value: written, ...place }) },
        { weight: 2, arbitrary: fc.record({ do: as('add'), ...place }) },
        fc.record({ do: as('exchange'), value: written, ...place }),
        fc.record({ do: as('compareExchange'), expected: fc.nat(1), ...place }),
      );
    };
    const anywhere = accessOf(fc.nat(cells - 1));
    const between: fc.Arbitrary<Operation[]> = fc.oneof(
      { weight: 3, arbitrary: fc.constant<Operation[]>([]) },
      fc
        .record({ do: as('fence'), kind: fc.constantFrom(...Object.values(Fence)) })
        .map((each): Operation[] => [each]),
      fc.constant<Operation[]>([{ do: 'fence', kind: Fence.full }]),
      anywhere.map((each) => [each]),
    );
    const going = fc
      .nat(cells - 1)
      .chain((from) =>
        fc.tuple(accessOf(fc.constant(from)), between, accessOf(fc.constant((from + 1) % cells))),
      )
      .map(([first, others, last]) => [first, ...others, last]);
    const other = fc.oneof(
      { weight: 2, arbitrary: going },
      anywhere.map((each) => [each]),
    );
    return fc
      .tuple(going, going, fc.array(other, { maxLength: 2, size: 'max' }))
      .map(([one, two, others]) => [one, two, ...others]);
  }),
);

/**
 * The same as the small ones, with so many operations on one cell that an update is made to read from later and later writes,
 * by one revisit after another, and its halves come to lie apart in the graph.
 */
export const largeProgramOfUpdates = programOfShapes(
  updateOn({
    cell: fc.constant(0),
    order: fc.oneof(order, fc.constantFrom(Order.release, Order.full)),
  }),
  largeShapes,
);

export function toSetup(program: AccessProgram): Setup {
  return () => {
    const objects = ['x', 'y', 'z'].map((name) => whole(() => ({ word: cell(0, name) })));
    const cells = objects.map(({ word }) => word);
    const lock = new SpinLock();
    const perform = (each: Operation): unknown => {
      switch (each.do) {
        case 'read':
          return cells[each.cell]!.read(each.order);
        case 'reach':
          cells[1 - each.cell]!.read();
          reach(objects[each.cell]!, () => true);
          return undefined;
        case 'lock':
          lock.lock();
          cells[each.cell]!.fetchAdd(1, each.order);
          lock.unlock();
          return undefined;
        case 'write':
          cells[each.cell]!.write(each.value, each.order);
          return undefined;
        case 'add':
          return cells[each.cell]!.fetchAdd(1, each.order);
        case 'exchange':
          return cells[each.cell]!.exchange(each.value, each.order);
        case 'compareExchange':
          return cells[each.cell]!.compareExchange(each.expected, 2, each.order);
        case 'fence':
          fence(each.kind);
          return undefined;
      }
    };
    return { threads: program.map((operations) => () => operations.map(perform)) };
  };
}
