import { type Cell, decodeExecutionId, explore, Fence, replay } from '@pagerace/explorer';
import { sc, tso } from '@pagerace/memory-models';
import { expect, test } from 'vitest';
import {
  bootable,
  cell,
  dropped,
  kernelFunction,
  Machine,
  Order,
  type OrderingOverride,
  OrderingSites,
  overrideName,
  overrideNamed,
  readOnce,
  smpMb,
  type TraceAnnotation,
  Violation,
  writeOnce,
} from '../src/index.js';

function storeBuffering(sites?: OrderingSites) {
  return bootable(() => {
    const machine = new Machine(sites === undefined ? {} : { orderingSites: sites });
    const x = cell(0, 'x');
    const y = cell(0, 'y');
    class Example {
      @kernelFunction('mm/example.c')
      storeThenLoad(mine: typeof x, other: typeof x): number {
        writeOnce(mine, 1);
        smpMb();
        return readOnce(other);
      }
    }
    const example = new Example();
    machine.cpu(0).run('left', () => example.storeThenLoad(x, y));
    machine.cpu(1).run('right', () => example.storeThenLoad(y, x));
    return machine.program(({ left, right }) => {
      if (left === 0 && right === 0) throw new Violation('SB', 'both loads missed the other store');
    });
  });
}

test('smp_mb() forbids store buffering', () => {
  expect(explore(storeBuffering(), { model: tso }).verdict).toBe('verified');
});

test('a fence can be dropped by the name of its site, without touching the code', () => {
  const sites = new OrderingSites([['mm/example.c:store_then_load:smp_mb', dropped]]);
  expect(explore(storeBuffering(sites), { model: tso }).verdict).toBe('violated');
  expect(explore(storeBuffering(sites), { model: sc }).verdict).toBe('verified');
  expect(sites.met.map(({ name }) => name)).toEqual(['mm/example.c:store_then_load:smp_mb']);
  expect(sites.unmet).toEqual([]);
  expect(sites.overridden).toEqual(['mm/example.c:store_then_load:smp_mb=dropped']);
});

test('a fence can be replaced by a weaker one', () => {
  const sites = new OrderingSites([
    ['mm/example.c:store_then_load:smp_mb', { kind: 'fence', fence: Fence.write }],
  ]);
  expect(explore(storeBuffering(sites), { model: tso }).verdict).toBe('violated');
  expect(sites.overridden).toEqual(['mm/example.c:store_then_load:smp_mb=smp_wmb']);
});

test('a trace tells where a fence was left out', () => {
  const site = 'mm/example.c:store_then_load:smp_mb';
  const setup = storeBuffering(new OrderingSites([[site, dropped]]));
  const { witness } = explore(setup, { model: tso }).violations[0]!;
  const { steps } = replay(setup, decodeExecutionId(witness.id, ''), tso);
  const weakened = steps.map(({ operation, annotation }) => [
    operation,
    (annotation as TraceAnnotation).weakened?.map(({ name }) => name),
  ]);
  expect(weakened.sort()).toEqual([
    ['read', [site]],
    ['read', [site]],
    ['write', undefined],
    ['write', undefined],
  ]);
});

test('an override of a site that does not exist is reported as unmet', () => {
  const sites = new OrderingSites([['mm/example.c:store_then_laod:smp_mb', dropped]]);
  explore(storeBuffering(sites), { model: tso });
  expect(sites.unmet).toEqual(['mm/example.c:store_then_laod:smp_mb']);
});

test('what stands in the place of an ordering has a name by which it is found again', () => {
  const overrides: OrderingOverride[] = [
    dropped,
    { kind: 'fence', fence: Fence.read },
    { kind: 'fence', fence: Fence.write },
    { kind: 'order', order: Order.acquire },
    { kind: 'order', order: Order.release },
  ];
  expect(overrides.map(overrideName)).toEqual([
    'dropped',
    'smp_rmb',
    'smp_wmb',
    'acquire',
    'release',
  ]);
  for (const override of overrides) expect(overrideNamed(overrideName(override))).toEqual(override);
  expect(overrideNamed('smp_mbb')).toBeUndefined();
});

test.each([
  // eslint-disable-next-line @typescript-eslint/require-await -- what an author may write by mistake
  ['promise', async (x: Cell<number>) => writeOnce(x, 1)],
  [
    'generator',
    function* (x: Cell<number>) {
      writeOnce(x, 1);
      yield;
    },
  ],
])('a thread that returns a %s is refused: it would not be run to its end', (what, body) => {
  const program = () => {
    const machine = new Machine();
    const x = cell(0, 'x');
    machine.cpu(0).run('writer', () => body(x));
    return machine.program();
  };
  const { verdict, error } = explore(program, { model: tso });
  expect({ verdict, error }).toEqual({
    verdict: 'model error',
    error: expect.stringContaining(`writer returned a ${what}`) as string,
  });
});
