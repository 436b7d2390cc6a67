import { explore, type MemoryModel } from '@pagerace/explorer';
import {
  type Bit,
  bootable,
  cell,
  kernelFunction,
  Machine,
  OrderingSites,
  readOnce,
  smpMb,
  smpRmb,
  smpWmb,
  testAndSetBit,
  Violation,
  writeOnce,
} from '@pagerace/machine';
import { sc, tso } from '@pagerace/memory-models';
import { expect, test } from 'vitest';
import { type Analysis, analyse } from '../src/index.js';

/** A turnstile for two, with more barriers than it needs on a machine that keeps writes in order. */
class Turnstile {
  @kernelFunction('kernel/turnstile.c')
  announce(mine: Bit): void {
    writeOnce(mine, 1);
    smpWmb();
  }

  @kernelFunction('kernel/turnstile.c')
  mayPass(mine: Bit, other: Bit): boolean {
    this.announce(mine);
    smpMb();
    const seen = readOnce(other);
    smpRmb();
    return seen === 0;
  }

  @kernelFunction('kernel/turnstile.c')
  mayPassAtomically(mine: Bit, other: Bit): boolean {
    testAndSetBit(mine);
    return readOnce(other) === 0;
  }
}

type Way = (turnstile: Turnstile, mine: Bit, other: Bit) => boolean;

function analysisOf(way: Way, model: MemoryModel): Promise<Analysis> {
  const setup = (sites: OrderingSites) =>
    bootable(() => {
      const machine = new Machine({ orderingSites: sites });
      const x = cell(0, 'x');
      const y = cell(0, 'y');
      const turnstile = new Turnstile();
      machine.cpu(0).run('left', () => way(turnstile, x, y));
      machine.cpu(1).run('right', () => way(turnstile, y, x));
      return machine.program(({ left, right }) => {
        if (left && right) throw new Violation('exclusion', 'both passed');
      });
    });
  const asItIs = new OrderingSites();
  return analyse(
    (assignment) => {
      const sites = assignment.size === 0 ? asItIs : new OrderingSites(assignment);
      return Promise.resolve(explore(setup(sites), { model, strategy: 'first violation' }));
    },
    () => asItIs.met,
  );
}

const needs = ({ sites }: Analysis): Record<string, string> =>
  Object.fromEntries(sites.map(({ site, need }) => [site.name, need]));

test('of three barriers tso needs the full one, and sc none', async () => {
  const way: Way = (turnstile, mine, other) => turnstile.mayPass(mine, other);
  const underTso = await analysisOf(way, tso);
  expect(needs(underTso)).toEqual({
    'kernel/turnstile.c:announce:smp_wmb': 'not needed',
    'kernel/turnstile.c:may_pass:smp_mb': 'needed',
    'kernel/turnstile.c:may_pass:smp_rmb': 'not needed',
  });
  const [, mb] = underTso.sites;
  expect(mb!.alone.map(({ override, safety }) => [override, safety])).toEqual([
    [{ kind: 'dropped' }, 'unsafe'],
    [{ kind: 'fence', fence: 2 }, 'unsafe'],
    [{ kind: 'fence', fence: 3 }, 'unsafe'],
  ]);
  expect(mb!.alone[0]!.result.violations[0]).toMatchObject({ property: 'exclusion' });
  expect([...underTso.weakest!.assignment.keys()].sort()).toEqual([
    'kernel/turnstile.c:announce:smp_wmb',
    'kernel/turnstile.c:may_pass:smp_rmb',
  ]);
  expect(new Set(Object.values(needs(await analysisOf(way, sc))))).toEqual(new Set(['not needed']));
});

test('an atomic operation of x86 is a full barrier whatever its suffix', async () => {
  const way: Way = (turnstile, mine, other) => turnstile.mayPassAtomically(mine, other);
  const { weakest } = await analysisOf(way, tso);
  expect([...weakest!.assignment.values()]).toEqual([{ kind: 'dropped' }]);
});
