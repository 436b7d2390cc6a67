import { Fence, Order, type Result } from '@pagerace/explorer';
import { dropped, type Ordering, type OrderingSite, overrideName } from '@pagerace/machine';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { analyse, type Assignment, asWritten, weakenings } from '../src/index.js';
import { isAtLeast, weakened } from '../src/assignment.js';

const writings: readonly Ordering[] = [
  { kind: 'fence', fence: Fence.full },
  { kind: 'fence', fence: Fence.read },
  { kind: 'fence', fence: Fence.writeToAny },
  { kind: 'order', order: Order.full },
  { kind: 'order', order: Order.release },
];

const files = ['mm/rmap.c', 'arch/x86/mm/tlb.c'];

function siteNamed(nth: number, written: Ordering): OrderingSite {
  return { name: `${files[nth % 2]!}:f${String(nth)}`, primitive: 'smp_mb', written };
}

/** A site may be weakened to an ordering of this kind, and no further. */
interface Floor {
  readonly site: OrderingSite;
  readonly assignment: Assignment;
}

/** Each must hold, and holds where one of its sites is left strong enough. */
type Requirement = readonly Floor[];

const floorsOf = (site: OrderingSite): Floor[] => [
  { site, assignment: asWritten },
  ...weakenings(site.written)
    .filter(({ kind }) => kind !== 'dropped')
    .map((override) => ({ site, assignment: new Map([[site.name, override]]) })),
];

const programs = fc
  .array(fc.constantFrom(...writings), { minLength: 1, maxLength: 7 })
  .map((written) => written.map((one, nth) => siteNamed(nth, one)))
  .chain((sites) =>
    fc.record({
      sites: fc.constant(sites),
      requirements: fc.array(
        fc.array(fc.constantFrom(...sites.flatMap(floorsOf)), { minLength: 1, maxLength: 3 }),
        { maxLength: 3 },
      ),
    }),
  );

function isSafe(requirements: readonly Requirement[], assignment: Assignment): boolean {
  return requirements.every((floors) =>
    floors.some(({ site, assignment: floor }) => {
      const override = assignment.get(site.name);
      return isAtLeast(
        override === undefined ? asWritten : new Map([[site.name, override]]),
        floor,
      );
    }),
  );
}

const nothing: Omit<Result, 'verdict'> = {
  covers: '',
  complete: true,
  model: 'none',
  executions: 1,
  violating: 0,
  blocked: 0,
  deadlocks: 0,
  violations: [],
  neverCovered: [],
  milliseconds: 0,
};

function exploring(requirements: readonly Requirement[]) {
  const explored: Assignment[] = [];
  const explore = (assignment: Assignment): Promise<Result> => {
    explored.push(assignment);
    return Promise.resolve({
      ...nothing,
      verdict: isSafe(requirements, assignment) ? 'verified' : 'violated',
    });
  };
  return { explore, explored };
}

describe('any set of requirements that one ordering or another satisfies', () => {
  test('each site is judged as if it were explored alone', async () => {
    await fc.assert(
      fc.asyncProperty(programs, async ({ sites, requirements }) => {
        const { explore } = exploring(requirements);
        const { sites: found } = await analyse(explore, () => sites);
        expect(found.map(({ site }) => site.name)).toEqual(sites.map(({ name }) => name).sort());
        for (const { site, need, alone } of found) {
          const safe = isSafe(requirements, new Map([[site.name, dropped]]));
          expect(need).toBe(safe ? 'not needed' : 'needed');
          for (const { override, safety } of alone) {
            const expected = isSafe(requirements, new Map([[site.name, override]]));
            expect(safety, overrideName(override)).toBe(expected ? 'safe' : 'unsafe');
          }
        }
      }),
    );
  });

  test('the weakest assignment is safe, and weakening any site of it is not', async () => {
    await fc.assert(
      fc.asyncProperty(programs, async ({ sites, requirements }) => {
        const { explore } = exploring(requirements);
        const { weakest } = await analyse(explore, () => sites);
        const { assignment, undecided } = weakest!;
        expect(undecided).toEqual([]);
        expect(isSafe(requirements, assignment)).toBe(true);
        for (const { name, written } of sites) {
          for (const override of weakenings(written, assignment.get(name))) {
            expect(isSafe(requirements, weakened(assignment, [name, override]))).toBe(false);
          }
        }
      }),
    );
  });

  test('of the sites that order the same any one is needed, and enough', async () => {
    await fc.assert(
      fc.asyncProperty(programs, async ({ sites, requirements }) => {
        const { explore } = exploring(requirements);
        const { sites: found, weakest } = await analyse(explore, () => sites);
        const findingOf = (name: string) => found.find(({ site }) => site.name === name)!;
        for (const { site, need, insteadOf } of found) {
          for (const other of insteadOf) {
            expect([need, findingOf(other).need]).toEqual(['not needed', 'not needed']);
          }
          const isKept = weakest!.assignment.get(site.name)?.kind !== 'dropped';
          if (need === 'not needed' && isKept) expect(insteadOf).not.toEqual([]);
          if (insteadOf.length === 0) continue;
          const all = [site.name, ...insteadOf];
          const dropping = (names: readonly string[]) =>
            isSafe(requirements, new Map(names.map((name) => [name, dropped])));
          expect(dropping(all)).toBe(false);
          for (const kept of all) expect(dropping(all.filter((one) => one !== kept))).toBe(true);
        }
      }),
    );
  });

  test('nothing is explored of which an earlier exploration tells', async () => {
    await fc.assert(
      fc.asyncProperty(programs, async ({ sites, requirements }) => {
        const { explore, explored } = exploring(requirements);
        const { explorations } = await analyse(explore, () => sites);
        expect(explorations).toBe(explored.length);
        explored.forEach((assignment, nth) => {
          for (const earlier of explored.slice(0, nth)) {
            const [one, other] = isSafe(requirements, earlier)
              ? [assignment, earlier]
              : [earlier, assignment];
            expect(isAtLeast(one, other)).toBe(false);
          }
        });
      }),
    );
  });
});

const many = Array.from({ length: 24 }, (_, nth) => siteNamed(nth, writings[0]!));

test('sites that all can go at once take two explorations', async () => {
  const { explore } = exploring([]);
  expect((await analyse(explore, () => many)).explorations).toBe(2);
});

test('what stands for hardware is told apart, and never weakened', async () => {
  const standIn = { ...many[3]!, standsFor: 'an interrupt' };
  const { explore, explored } = exploring([[{ site: many[5]!, assignment: asWritten }]]);
  const { sites, standIns } = await analyse(explore, () => [standIn, many[5]!]);
  expect(sites.map(({ site }) => site)).toEqual([many[5]]);
  expect(standIns).toEqual([standIn]);
  expect(explored.some((assignment) => assignment.has(standIn.name))).toBe(false);
});

test('one needed site among many does not take an exploration for each', async () => {
  const { explore } = exploring([[{ site: many[5]!, assignment: asWritten }]]);
  expect((await analyse(explore, () => many)).explorations).toBeLessThan(18);
});

test.each(['violated', 'bounded', 'vacuous', 'model error'] as const)(
  'nothing is said of the sites of a kernel that is %s as it is',
  async (verdict) => {
    const analysis = await analyse(
      () => Promise.resolve({ ...nothing, verdict }),
      () => many,
    );
    expect(analysis).toEqual({
      baseline: { ...nothing, verdict },
      sites: [],
      standIns: [],
      explorations: 1,
    });
  },
);

test('an exploration that ends early leaves a site undecided, and is not taken for a verdict', async () => {
  const [one, other] = many;
  const explore = (assignment: Assignment): Promise<Result> =>
    Promise.resolve({ ...nothing, verdict: assignment.has(one!.name) ? 'bounded' : 'verified' });
  const { sites, weakest } = await analyse(explore, () => [one!, other!]);
  expect(sites.map(({ need }) => need).sort()).toEqual(['not needed', 'unknown']);
  expect([...weakest!.assignment.keys()]).toEqual([other!.name]);
  expect(weakest!.undecided).toEqual([one!.name]);
});
