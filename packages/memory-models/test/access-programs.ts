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
export function operationOn(place: { cell: fc.Arbitrary<number>; order: typeof order }) {
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

/**
 * Three and four threads that write and update one cell or two, so that an update is made to read from
 * later and later writes: the graphs that the explorer builds by one revisit after another.
 */
export const programOfUpdates: fc.Arbitrary<AccessProgram> = fc.noBias(
  fc.constantFrom(0, 1).chain((last) => {
    const place = { cell: fc.nat(last), order };
    const operation: fc.Arbitrary<Operation> = fc.oneof(
      { weight: 6, arbitrary: fc.record({ do: as('add'), ...place }) },
      { weight: 6, arbitrary: fc.record({ do: as('write'), value: written, ...place }) },
      { weight: 2, arbitrary: fc.record({ do: as('exchange'), value: written, ...place }) },
      { weight: 4, arbitrary: operationOn(place) },
    );
    const thread = fc.array(operation, { minLength: 1, maxLength: 3, size: 'max' });
    return fc.array(thread, { minLength: 3, maxLength: 4, size: 'max' });
  }),
);

export function toSetup(program: AccessProgram): Setup {
  return () => {
    const objects = ['x', 'y'].map((name) => whole(() => ({ word: cell(0, name) })));
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
