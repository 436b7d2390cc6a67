import { PIN_ORDERING } from '@pagerace/cow';
import { injectable, token } from '@pagerace/di';
import { explore, type Program } from '@pagerace/explorer';
import { GUP_CONFIG } from '@pagerace/gup';
import { cell, dropped, OrderingSites, readOnce, smpMb, writeOnce } from '@pagerace/machine';
import { sc, tso } from '@pagerace/memory-models';
import { ARCHITECTURE, getPage, TLB_FLUSH } from '@pagerace/page-model';
import { LAZY_FREE_RULE, madvFreeRefcountCheck } from '@pagerace/rmap';
import { describe, expect, test } from 'vitest';
import {
  applyPatches,
  choiceParameter,
  composeRun,
  defineArchitecture,
  definePatch,
  defineScenario,
  expectationOf,
  type Kernel,
  kernelOf,
  flagParameter,
  integerParameter,
  MisfitError,
  PluginError,
  type RunRequest,
  UsageError,
  withoutPatches,
} from '../src/index.js';
import { stub } from './stub-architecture.js';

const kernel = kernelOf('v4.12');

const storeBuffering = defineScenario({
  id: 'store-buffering',
  title: 'Store buffering',
  description: 'Two CPUs store, and then load what the other stores.',
  parameters: {
    loads: integerParameter('how often each loads', { default: 1, minimum: 1, maximum: 2 }),
    fence: flagParameter('whether there is a fence in between'),
    who: choiceParameter('who loads', ['both', 'one']),
  },
  machine: ({ loads }) => ({ cpus: 2, pages: loads }),
  properties: [
    { id: 'P-SEEN', statement: 'One of the two sees the other.' },
    { id: 'P-NEVER', statement: 'What never happens is fine.' },
  ],
  build: ({ machine, parameters, property }) => {
    const [x, y] = [cell(0, 'x'), cell(0, 'y')];
    const side = (mine: typeof x, other: typeof x) => () => {
      writeOnce(mine, 1);
      if (parameters.fence) smpMb();
      for (let n = 1; n < parameters.loads; n++) readOnce(other);
      return readOnce(other);
    };
    machine.cpu(0).run('left', side(x, y));
    machine.cpu(1).run('right', side(y, x));
    return machine.program(({ left, right }) => {
      property('P-SEEN').demand(left === 1 || right === 1, 'neither saw the other');
    });
  },
});

const request: RunRequest = { scenario: storeBuffering, kernel, architecture: stub, model: tso };

describe('a run', () => {
  test('gets pages the slow way on an architecture without GUP-fast', () => {
    const haveFastGup = (fastGup?: boolean | string): unknown => {
      let found: unknown;
      const asking = defineScenario({
        id: 'asking',
        title: '',
        description: '',
        machine: { cpus: 1, pages: 1 },
        properties: [],
        build: ({ machine, get }) => {
          found = get(GUP_CONFIG).haveFastGup;
          return machine.program();
        },
      });
      const architecture = fastGup === undefined ? stub : { ...stub, fastGup };
      explore(composeRun({ ...request, scenario: asking, architecture }).setup, { model: sc });
      return found;
    };
    expect([haveFastGup(), haveFastGup('since v6.9'), haveFastGup(false)]).toEqual([
      true,
      true,
      false,
    ]);
  });

  test('explores its scenario under the model, with the parameters as given or by default', () => {
    const run = composeRun(request);
    expect(run.parameters).toEqual({ loads: 1, fence: false, who: 'both' });
    expect(explore(run.setup, { model: run.model }).violations).toMatchObject([
      { property: 'P-SEEN', message: 'neither saw the other' },
    ]);
    const fenced = composeRun({ ...request, parameters: { fence: 'true', loads: '2' } });
    expect(explore(fenced.setup, { model: fenced.model }).verdict).toBe('verified');
    expect(explore(run.setup, { model: sc }).verdict).toBe('verified');
  });

  test('observes where a property does not hold that is allowed not to', () => {
    const [seen, never] = storeBuffering.properties;
    const properties = [{ ...seen!, allowed: 'TSO has store buffers' }, never!];
    const { setup } = composeRun({ ...request, scenario: { ...storeBuffering, properties } });
    expect(explore(setup, { model: tso })).toMatchObject({
      verdict: 'verified',
      violations: [],
      observations: [
        { property: 'P-SEEN', message: 'neither saw the other; allowed: TSO has store buffers' },
      ],
    });
    expect(explore(setup, { model: sc }).observations).toBeUndefined();
  });

  test('is vacuous where a property never applied', () => {
    const { setup, mustCover } = composeRun(request);
    const result = explore(setup, { model: sc, mustCover });
    expect(result).toMatchObject({ verdict: 'vacuous', neverCovered: ['P-NEVER'] });
  });

  test('has a fingerprint of all that was chosen', () => {
    const of = (more: Partial<RunRequest>): string =>
      composeRun({ ...request, ...more }).fingerprint;
    const orderingSites = new OrderingSites([['a:b:smp_mb', dropped]]);
    const all = [
      of({}),
      of({ model: sc }),
      of({ parameters: { loads: 2 } }),
      of({ kernel: kernelOf('v5.18') }),
      of({ orderingSites }),
    ];
    expect(new Set(all).size).toBe(5);
    expect(all[0]).toBe('store-buffering v4.12 stub tso loads=1 fence=false who="both"');
    expect(all[4]).toBe(`${String(all[0])} a:b:smp_mb=dropped`);
  });

  test('shares nothing with another run, nor with itself explored again', () => {
    const first = composeRun(request);
    const results = [1, 2].map(() => explore(first.setup, { model: tso }));
    expect(results[0]!.executions).toBe(results[1]!.executions);
  });

  test('lists the ordering sites that it met, and can switch one off', () => {
    const orderingSites = new OrderingSites([['smp_mb', dropped]]);
    const { setup } = composeRun({ ...request, orderingSites, parameters: { fence: true } });
    expect(explore(setup, { model: tso }).verdict).toBe('violated');
    expect(orderingSites.met.map(({ name }) => name)).toEqual(['smp_mb']);
  });
});

test('a reference that nobody has at the end is a leak, unless the scenario says who has it', () => {
  const leaking = (held: boolean) =>
    defineScenario({
      id: 'leak',
      title: 'Leak',
      description: 'Takes a reference.',
      machine: { cpus: 1, pages: 1 },
      properties: [],
      build: ({ machine, memory, holdsAtEnd }) => {
        const page = machine.boot(() => memory.allocator.allocPage());
        machine.cpu(0).run('taker', () => getPage(page));
        return machine.program(() => {
          holdsAtEnd(page, held ? 2 : 1);
        });
      },
    });
  const verdicts = [true, false].map((held) => {
    const { setup } = composeRun({ ...request, scenario: leaking(held) });
    return explore(setup, { model: sc }).violations.map(({ property }) => property);
  });
  expect(verdicts).toEqual([[], ['leak']]);
});

test('a scenario that needs a patch is refused without it', () => {
  const probe = definePatch({ id: 'probe', title: 'A probe', provides: [] });
  const scenario = defineScenario({
    id: 'needing',
    title: 'Needing',
    description: 'Has nothing to show without a patch, unless it is told to go without.',
    parameters: { without: flagParameter('Does without the patch') },
    machine: { cpus: 1, pages: 1 },
    properties: [],
    needs: ({ without }) => (without ? [] : [probe]),
    build: ({ machine }) => machine.program(),
  });
  const patched = applyPatches(kernel, [probe]);
  expect(() => composeRun({ ...request, scenario })).toThrow(
    `needing, so set, needs the patch probe, which v4.12 lacks: take v4.12+probe`,
  );
  expect(() => composeRun({ ...request, scenario, kernel: patched })).not.toThrow();
  expect(() => composeRun({ ...request, scenario, parameters: { without: true } })).not.toThrow();
});

describe('a patch', () => {
  test('replaces a seam for the run that has it, and for no other', () => {
    const rule = {};
    const patch = definePatch({
      id: 'rule',
      title: 'rmap: another rule',
      provides: [{ token: LAZY_FREE_RULE, useValue: rule as never }],
    });
    const patched = applyPatches(kernel, [patch]);
    const seen: unknown[] = [];
    const looking = defineScenario({
      id: 'looking',
      title: 'Looking',
      description: 'Looks at a seam.',
      machine: { cpus: 1, pages: 1 },
      properties: [],
      build: ({ machine, get }) => {
        seen.push(get(LAZY_FREE_RULE) === rule);
        return machine.program();
      },
    });
    for (const one of [patched, kernel]) {
      explore(composeRun({ ...request, scenario: looking, kernel: one }).setup, { model: sc });
    }
    expect([...new Set(seen)]).toEqual([true, false]);
  });

  test('for a seam that is not there does not fit, and that is said before anything runs', () => {
    @injectable()
    class Anything {}
    const patch = definePatch({
      id: 'stray',
      title: 'stray',
      provides: [{ token: token<Anything>('nowhere.Seam'), useClass: Anything }],
    });
    expect(() => composeRun({ ...request, kernel: applyPatches(kernel, [patch]) })).toThrow(
      new UsageError('the patch stray does not fit: nothing here has nowhere.Seam'),
    );
  });
});

test.each([
  [{ lods: 1 }, 'there is no parameter lods; did you mean loads?'],
  [{ zzzz: 1 }, 'there is no parameter zzzz; known: loads, fence, who'],
  [{ loads: 3 }, 'loads must be a whole number from 1 to 2, not 3'],
  [{ loads: '' }, "loads must be a whole number from 1 to 2, not ''"],
  [{ who: 'x'.repeat(9000) }, `who must be both | one, not ${'x'.repeat(40)}…`],
  [{ fence: 'perhaps' }, 'fence must be true or false, not perhaps'],
  [{ who: 'nobody' }, 'who must be both | one, not nobody'],
])('parameters %o are refused', (parameters, message) => {
  expect(() => composeRun({ ...request, parameters })).toThrow(new UsageError(message));
});

describe('a plug-in that no compiler has seen', () => {
  const archProvides = [
    { token: ARCHITECTURE, useValue: {} },
    { token: TLB_FLUSH, useValue: {} },
  ];
  const composed = (patch: Parameters<typeof definePatch>[0]) => () =>
    composeRun({ ...request, kernel: applyPatches(kernel, [definePatch(patch)]) });

  test('is told of a misspelt token by its patch and its place', () => {
    const provides = [{ token: undefined, useValue: 1 }];
    expect(composed({ id: 'misspelt', title: '', provides } as never)).toThrow(
      new PluginError('the patch misspelt: provides[0].token must be a token, and is undefined'),
    );
  });

  test('is told of a class without @injectable() by its patch', () => {
    class Unmarked {
      readonly kept = true;
    }
    const provides = [{ token: LAZY_FREE_RULE, useClass: Unmarked }];
    expect(composed({ id: 'unmarked', title: '', provides } as never)).toThrow(
      new PluginError(
        `the patch unmarked: provides[0]: Unmarked cannot be bound to ${LAZY_FREE_RULE.description!}: it is not marked @injectable().`,
      ),
    );
  });

  test('is told of a class for the wrong token by its patch, and of the token that it is like', () => {
    @injectable()
    class OtherPin {
      afterPin(): void {}
    }
    const pins = PIN_ORDERING.description!;
    const provides = [{ token: LAZY_FREE_RULE, useClass: OtherPin }];
    expect(composed({ id: 'swapped', title: '', provides } as never)).toThrow(
      new PluginError(
        `the patch swapped: provides[0]: OtherPin is no ${LAZY_FREE_RULE.description!}: it has ` +
          `afterPin(), but not fateOf(), isDroppable() as DiscardUnlessDirty has. Is it meant for ${pins}?`,
      ),
    );
  });

  test.each<[string, readonly unknown[], string]>([
    [
      'undefined',
      [{ token: undefined, useValue: 1 }],
      '[0].token must be a token, and is undefined',
    ],
    [
      'bound already',
      [...archProvides, { token: LAZY_FREE_RULE, useValue: 1 }],
      `[2]: ${LAZY_FREE_RULE.description!} is bound already; an architecture provides what nothing else does, and a patch replaces`,
    ],
    [
      'no class',
      [{ token: ARCHITECTURE, useClass: undefined }],
      '[0]: undefined cannot be bound to page-model.Architecture: it is no class.',
    ],
    ['missing', archProvides.slice(0, 1), ' nothing for page-model.TlbFlush, and must'],
  ])('is told of a token of its architecture that is %s', (_, provides, message) => {
    const architecture = defineArchitecture({
      id: 'odd',
      title: '',
      model: 'sc',
      provides,
    } as never);
    expect(() => composeRun({ ...request, architecture })).toThrow(
      new PluginError(`the architecture odd: provides${message}`),
    );
  });

  test('is told of a token that comes from a copy of its package', () => {
    const copy = token<number>(LAZY_FREE_RULE.description!);
    const provides = [{ token: copy, useValue: 1 }];
    expect(composed({ id: 'copied', title: '', provides } as never)).toThrow(
      /Another token of that name is bound: the package that makes the token is there twice$/,
    );
  });

  test.each<[unknown, string]>([
    [{ cpu: 2, pages: 4 }, 'machine.cpu is nothing that a machine has; did you mean cpus?'],
    [{ cpus: '2', pages: 4 }, `machine.cpus must be a whole number, and is the text '2'`],
    [{ cpus: 2 }, 'machine.pages must be a whole number, and is undefined'],
    [{ cpus: 2, pages: 4, tlb: 1 }, 'machine.tlb must be true or false, and is 1'],
    [null, 'machine is null, and not { cpus, pages }'],
  ])('is told what is wrong with the machine %j', (machine, message) => {
    const scenario = { ...storeBuffering, machineSize: () => machine as never };
    expect(() => composeRun({ ...request, scenario })).toThrow(
      new PluginError(`the scenario store-buffering: ${message}`),
    );
  });
});

test('a scenario that builds no program is told so', () => {
  const { scenario } = request;
  const forgetful = { ...scenario, build: () => undefined as unknown as Program };
  const { setup, model } = composeRun({ ...request, scenario: forgetful });
  const { verdict, error } = explore(setup, { model });
  expect(verdict).toBe('model error');
  expect(error).toContain('builds no program: its build() must return machine.program()');
});

/** A rule, if only by its type. */
@injectable()
class Keep {}

describe('of the expectations', () => {
  const other = definePatch({ id: 'other', title: 'other', provides: [] });
  const scenario = defineScenario({
    id: 'expecting',
    title: 'Expecting',
    description: 'Expects.',
    machine: { cpus: 1, pages: 1 },
    properties: [],
    expected: [
      { with: [madvFreeRefcountCheck, other], verdict: 'deadlock' },
      { with: [madvFreeRefcountCheck], verdict: 'verified' },
      {
        without: [madvFreeRefcountCheck],
        architectures: ['x86'],
        verdict: 'violated',
        properties: ['P'],
      },
    ],
    build: ({ machine }) => machine.program(),
  });
  const old = kernelOf('v5.17');
  const expected = (one: Kernel, architecture = 'x86') =>
    expectationOf(scenario, one, architecture)?.verdict;

  test('the first that fits the commits of the kernel counts', () => {
    expect(expected(old)).toBe('violated');
    expect(expected(old, 'arm64')).toBeUndefined();
    expect(expected(kernelOf('v5.18'))).toBe('verified');
    expect(expected(applyPatches(old, [madvFreeRefcountCheck]))).toBe('verified');
    expect(expected(withoutPatches(kernelOf('v5.18'), [madvFreeRefcountCheck]))).toBe('violated');
  });

  test('only one that names it is of a kernel with a patch that no release has', () => {
    expect(expected(applyPatches(old, [other]))).toBeUndefined();
    expect(expected(applyPatches(kernelOf('v5.18'), [other]))).toBe('deadlock');
  });
});

test('a patch of a plug-in and one that a history tells of do not both change one seam', () => {
  const mine = { id: 'mine', title: 'mine', provides: [{ token: LAZY_FREE_RULE, useClass: Keep }] };
  const both = [madvFreeRefcountCheck, definePatch(mine as never)];
  expect(() => composeRun({ ...request, kernel: applyPatches(kernel, both) })).toThrow(
    new UsageError(
      'the patches madv-free-refcount-check and mine both change rmap.LazyFreeRule: ' +
        'choose one, or say in the later one that it supersedes the earlier',
    ),
  );
  const later = definePatch({ ...mine, supersedes: [madvFreeRefcountCheck] } as never);
  const kernels = [
    applyPatches(kernel, [madvFreeRefcountCheck, later]),
    applyPatches(kernelOf('v5.18'), [definePatch(mine as never)]),
  ];
  for (const one of kernels) expect(() => composeRun({ ...request, kernel: one })).not.toThrow();
});

test('says what is modelled of the kernel as of a later release', () => {
  expect(composeRun({ ...request, kernel: kernelOf('v6.15') }).newerCode).toEqual([]);
  expect(composeRun({ ...request, kernel: kernelOf('v4.12') }).newerCode.join()).toContain(
    'copy_page_range()',
  );
});

describe('an architecture', () => {
  const on = (facts: Partial<typeof stub>, machine: { cpus: number; hugePages?: number }) => () =>
    composeRun({
      ...request,
      architecture: { ...stub, ...facts },
      scenario: defineScenario({
        id: 'sized',
        title: '',
        description: '',
        machine: { pages: 1, ...machine },
        properties: [],
        build: () => ({ threads: [] }),
      }),
    });

  test('without huge pages runs no scenario that needs them', () => {
    expect(on({ thp: false }, { cpus: 1, hugePages: 1 })).toThrow(MisfitError);
    expect(on({ thp: false }, { cpus: 1, hugePages: 1 })).toThrow(/has no transparent huge pages/);
    expect(on({ thp: false }, { cpus: 1 })).not.toThrow();
    expect(on({ thp: 'with LPAE' }, { cpus: 1, hugePages: 1 })).not.toThrow();
    expect(on({}, { cpus: 1, hugePages: 1 })).not.toThrow();
  });

  test('with one CPU runs no scenario that needs two', () => {
    expect(on({ smp: false }, { cpus: 2 })).toThrow(/has one CPU only/);
    expect(on({ smp: false }, { cpus: 1 })).not.toThrow();
    expect(on({}, { cpus: 2 })).not.toThrow();
  });
});
