import { token } from '@pagerace/di';
import { unmerged } from '@pagerace/history';
import { sc, tso } from '@pagerace/memory-models';
import { madvFreeRefcountCheck } from '@pagerace/rmap';
import { describe, expect, test } from 'vitest';
import {
  checkPlugin,
  defineKernel,
  definePatch,
  definePlugin,
  defineScenario,
  nearest,
  noSuch,
  type ParameterSet,
  PluginError,
  Registry,
  type ScenarioFacts,
  UsageError,
} from '../src/index.js';
import { listedReleases } from '../src/releases.js';
import { stub } from './stub-architecture.js';

const check = definePatch({
  id: 'example-check',
  title: 'mm: fix race',
  provides: [{ token: token<number>('example.Check'), useValue: 1 }],
});
const touch = definePatch({
  id: 'example-touch',
  title: 'mm: touch',
  provides: [{ token: token<number>('example.Touch'), useValue: 1 }],
});
const scenario = defineScenario({
  id: 'madv-free-dio',
  title: 'MADV_FREE and direct I/O',
  description: 'One of them loses.',
  machine: { cpus: 2, pages: 2 },
  properties: [],
  build: ({ machine }) => machine.program(),
});
const kernels = [defineKernel({ id: 'v5.15.30', release: 'v5.15' })];

const registry = new Registry([
  definePlugin({ id: 'patches', patches: [check, touch], kernels }),
  definePlugin({ id: 'scenarios', scenarios: [scenario] }),
  definePlugin({ id: 'architectures', architectures: [stub], models: [sc, tso] }),
]);

test('everything is found by its id', () => {
  expect(registry.scenario('madv-free-dio')).toBe(scenario);
  expect(registry.patch('example-touch')).toBe(touch);
  expect(registry.architecture('stub')).toBe(stub);
  expect(registry.model('tso')).toBe(tso);
  expect(registry.kernels.map(({ id }) => id)).toEqual([...listedReleases, 'v5.15.30']);
  expect(registry.models).toEqual([sc, tso]);
});

test('a kernel may be named with patches', () => {
  expect(registry.kernel('v5.17-rc2').adds).toEqual([]);
  const { id, adds } = registry.kernel('v5.15.30+example-check+example-touch');
  expect(id).toBe('v5.15.30+example-check+example-touch');
  expect(adds).toEqual([check, touch]);
});

test('a commit may be named by its hash, and the kernel is named for what it is', () => {
  expect(registry.patch('6c8e2a256915').id).toBe('madv-free-refcount-check');
  expect(registry.patch('6c8e2a256915a223f6289f651d6b926cd7135c9e').since).toBe('v5.18');
  expect(registry.kernel('v5.15+6c8e2a256915').id).toBe('v5.15+madv-free-refcount-check');
  expect(() => registry.patch('6c8e2a256916')).toThrow(
    new UsageError(
      'no commit 6c8e2a256916 is modelled; `pagerace list patches` shows those that are',
    ),
  );
});

test('any release from the oldest to the newest may be named', () => {
  expect(registry.kernel('v5.10')).toMatchObject({ id: 'v5.10', title: 'Linux v5.10' });
  expect(() => registry.kernel('v4.3')).toThrow('v4.3 is older than the oldest release');
  expect(registry.kernel('v5.0').id).toBe('v5.0');
  expect(() => registry.kernel('v5.20')).toThrow(
    new UsageError('there is no release v5.20; v6.0-rc1 comes after v5.19'),
  );
});

test('a candidate may be named if no modelled commit came with its release, or it is said to have it', () => {
  expect(registry.kernel('v5.17-rc2').id).toBe('v5.17-rc2');
  expect(() => registry.kernel('v6.15-rc2')).toThrow(
    new UsageError(
      'whether v6.15-rc2 has swapbacked-iff-dirty of v6.15 is not known: take v6.15 or the release before it',
    ),
  );
  const said = 'v6.15-rc2+swapbacked-iff-dirty';
  expect(registry.kernel(said).id).toBe(said);
});

test('a commit is taken out with those that build on it', () => {
  expect(() => registry.kernel('v6.15^madv-free-refcount-check')).toThrow(
    new UsageError(
      'madv-free-refcount-check cannot be taken out of v6.15 without what builds on it: droppable, swapbacked-iff-dirty',
    ),
  );
  const { id } = registry.kernel('v6.15^swapbacked-iff-dirty^droppable^madv-free-refcount-check');
  expect(id).toBe('v6.15^swapbacked-iff-dirty^droppable^madv-free-refcount-check');
});

test('a commit is added to what it builds on', () => {
  expect(() => registry.kernel('v5.17+droppable')).toThrow(
    new UsageError(
      'the patch droppable does not fit v5.17, which lacks madv-free-refcount-check: add that, too',
    ),
  );
  expect(() => registry.kernel('v5.17+madv-free-refcount-check+droppable')).not.toThrow();
});

test('a version that was posted is for kernels without what was merged of it', () => {
  expect(() => registry.kernel('v5.17+madv-free-refcount-check-v1')).not.toThrow();
  expect(() =>
    registry.kernel('v5.17+madv-free-refcount-check-v1+madv-free-refcount-check'),
  ).not.toThrow();
  expect(() => registry.kernel('v5.18+madv-free-refcount-check-v1')).toThrow(
    new UsageError(
      'the patch madv-free-refcount-check-v1 does not fit v5.18, which has madv-free-refcount-check in its place',
    ),
  );
});

test('a commit without which nothing is modelled is not taken out', () => {
  expect(() => registry.kernel('v6.1^write-protect-seq')).toThrow(
    new UsageError(
      'no form of mm/memory.c:copy_page_range() without write-protect-seq is modelled',
    ),
  );
});

test('two questions about one function cannot be asked at once', () => {
  expect(() => registry.kernel('v6.1+gup-fast-no-recheck+gup-fast-recheck-plain')).toThrow(
    new UsageError(
      'the patches gup-fast-no-recheck and gup-fast-recheck-plain both change mm/gup.c:gup_pte_range(): choose one',
    ),
  );
});

test('an architecture may be named as uname or Kconfig does, where it means one alone', () => {
  const named = (...ids: string[]): Registry =>
    new Registry([definePlugin({ id: 'many', architectures: ids.map((id) => ({ ...stub, id })) })]);
  const many = named('x86', 'arm64', 's390', 'riscv', 'loongarch', 'powerpc-hash', 'powerpc-radix');
  const ids = ['amd64', 'x86_64', 'aarch64', 's390x', 'riscv64', 'rv64', 'loongarch64', 'AMD64'];
  expect(ids.map((id) => many.architecture(id).id)).toEqual([
    'x86',
    'x86',
    'arm64',
    's390',
    'riscv',
    'riscv',
    'loongarch',
    'x86',
  ]);
  expect(() => many.architecture('ppc64le')).toThrow(
    new UsageError('there is no architecture ppc64le; did you mean powerpc-radix or powerpc-hash?'),
  );
  expect(named('amd64', 'x86').architecture('amd64').id).toBe('amd64');
});

const stray = unmerged({ id: 'example-tuch', title: 'of a plug-in that is not here' });

test.each<[Pick<ScenarioFacts<ParameterSet>, 'defaultArchitecture' | 'expected'>, string?]>([
  [{ defaultArchitecture: 'stub' }],
  [
    { defaultArchitecture: 'stab' },
    'defaultArchitecture of the scenario one: there is no architecture stab; did you mean stub?',
  ],
  [
    {
      expected: [
        { without: [madvFreeRefcountCheck], architectures: ['stub', 'tso'], verdict: 'violated' },
        { with: [touch], verdict: 'verified' },
      ],
    },
  ],
  [
    { expected: [{ verdict: 'verified' }, { without: [stray], verdict: 'verified' }] },
    'expected[1].without of the scenario one: there is no patch example-tuch; did you mean example-touch?',
  ],
  [
    { expected: [{ with: [stray], verdict: 'verified' }] },
    'expected[0].with of the scenario one: there is no patch example-tuch; did you mean example-touch?',
  ],
  [
    { expected: [{ architectures: ['stab'], verdict: 'verified' }] },
    'expected[0].architectures of the scenario one: there is no architecture stab; did you mean stub?',
  ],
])('what a scenario names must be there: %j', (names, message) => {
  const one = defineScenario({
    id: 'one',
    title: 'one',
    description: 'one',
    machine: { cpus: 1, pages: 1 },
    properties: [],
    build: ({ machine }) => machine.program(),
    ...names,
  });
  const plugins = [
    definePlugin({ id: 'mine', scenarios: [one] }),
    definePlugin({ id: 'kernels', patches: [check, touch], kernels }),
    definePlugin({ id: 'architectures', architectures: [stub], models: [sc, tso] }),
  ];
  const look = (): void => new Registry(plugins).mustBeWhole();
  if (message === undefined) expect(look).not.toThrow();
  else expect(look).toThrow(new PluginError(`the plug-in mine: ${message}`));
});

test('of several names that end as wanted all are suggested', () => {
  const sites = ['mm/a.c:f:smp_mb', 'mm/a.c:f:smp_rmb', 'mm/a.c:g:smp_mb'];
  expect(noSuch('barrier', 'smp_mb', sites).message).toBe(
    'there is no barrier smp_mb; did you mean mm/a.c:f:smp_mb or mm/a.c:g:smp_mb?',
  );
});

describe('an id that nobody has', () => {
  test.each([
    [
      () => registry.scenario('madv-free-doi'),
      'there is no scenario madv-free-doi; did you mean madv-free-dio?',
    ],
    [() => registry.kernel('v5.15.31'), 'there is no kernel v5.15.31; did you mean v5.15.30?'],
    [() => registry.kernel('5.16'), 'there is no kernel 5.16; did you mean v5.16?'],
    [() => registry.kernel('v5.16.3'), 'there is no kernel v5.16.3; did you mean v5.16?'],
    [
      () => registry.kernel('mainline'),
      'there is no kernel mainline; a kernel is a release from v4.4 to v6.15, or one of `pagerace list kernels`',
    ],
    [
      () => registry.kernel('v5.17-rc2+madv-free-refcnt-check'),
      'there is no patch madv-free-refcnt-check; did you mean madv-free-refcount-check?',
    ],
    [() => registry.architecture('arm64'), 'there is no architecture arm64; known: stub'],
    [
      () => registry.kernel('v5.17-rc2+'),
      'the id of a patch is missing; `pagerace list patches` shows those that are',
    ],
    [() => registry.model('TSO'), 'there is no memory model TSO; did you mean tso?'],
    [() => new Registry([]).model('sc'), 'there is no memory model sc; none is known'],
  ] as const)('%#: is answered with the nearest right one', (look, message) => {
    expect(look).toThrow(new UsageError(message));
  });
});

test('two things of one kind must not have one id', () => {
  const twice = [
    definePlugin({ id: 'mine', scenarios: [scenario] }),
    definePlugin({ id: 'yours', scenarios: [scenario] }),
  ];
  expect(() => new Registry(twice)).toThrow(
    new UsageError('the scenario madv-free-dio is defined by mine and again by yours'),
  );
});

describe('a plug-in that no compiler has seen', () => {
  test.each([
    [null, 'its default export must be an object, and is null; definePlugin() makes a plug-in'],
    [{ scenarios: [] }, 'id must be a text, and is undefined'],
    [
      { id: 'odd', senarios: [] },
      'senarios is nothing that a plug-in has; did you mean scenarios?',
    ],
    [{ id: 'odd', scenarios: {} }, 'scenarios must be a list, and is an object'],
    [
      { id: 'odd', scenarios: [{}] },
      'scenarios[0].id must be a text, and is undefined; defineScenario() makes it right',
    ],
    [
      { id: 'odd', scenarios: [scenario, null] },
      'scenarios[1] must be an object, and is null; defineScenario() makes it right',
    ],
    [
      { id: 'odd', scenarios: [{ ...scenario, defaultArchitecture: 3 }] },
      'scenarios[0].defaultArchitecture must be a text or left out, and is 3; defineScenario() makes it right',
    ],
    [
      { id: 'odd', scenarios: [{ ...scenario, expected: [{ verdict: 'violate' }] }] },
      "scenarios[0].expected[0].verdict must be one of verified, violated, deadlock, vacuous, bounded, model error, and is the text 'violate'; defineScenario() makes it right",
    ],
    [
      { id: 'odd', scenarios: [{ ...scenario, expected: [{ kernels: [], verdict: 'violated' }] }] },
      'scenarios[0].expected[0].kernels is nothing that an expectation has; it has with, without, architectures, verdict, properties, because',
    ],
    [
      { id: 'odd', scenarios: [{ ...scenario, expected: [{ with: ['x'], verdict: 'violated' }] }] },
      "scenarios[0].expected[0].with must be a list of patches, as commit() and definePatch() make them, and is a list with the text 'x'; defineScenario() makes it right",
    ],
    [
      { id: 'odd', patches: [{ ...check, id: undefined }] },
      'patches[0].id must be a text, and is undefined; definePatch() makes it right',
    ],
    [
      { id: 'odd', patches: [{ ...check, provides: [{ token: 'example' }] }] },
      'patches[0].provides[0].override must be a function, and is undefined; definePatch() makes it right',
    ],
    [
      { id: 'odd', kernels: [{ ...kernels[0], adds: ['example-touch'] }] },
      "kernels[0].adds[0] must be an object, and is the text 'example-touch'; defineKernel() makes it right",
    ],
    [
      { id: 'odd', architectures: [{ ...stub, model: tso }] },
      'architectures[0].model must be a text, and is an object; defineArchitecture() makes it right',
    ],
    [
      { id: 'odd', models: [{ id: 'odd', title: 'odd', source: 'here' }] },
      'models[0].floor must be a function, and is undefined; defineModel() makes it right',
    ],
  ] as const)('%#: is told what is wrong with it', (plugin, message) => {
    expect(() => checkPlugin(plugin, 'odd.mjs')).toThrow(
      new PluginError(`the plug-in odd.mjs: ${message}`),
    );
  });

  test('is taken if it is right', () => {
    expect(() =>
      checkPlugin({ id: 'fine', scenarios: [scenario], patches: [check], kernels }, 'fine.mjs'),
    ).not.toThrow();
  });
});

test('what is hardly like anything has no nearest', () => {
  expect(nearest('zzzzzz', ['madv-free-dio'])).toBeUndefined();
  expect(nearest('madv', ['mbdv', 'madw', 'madvise'])).toBe('mbdv');
  expect(nearest('smp_mb', ['mm/a.c:f:smp_mb', 'mm/a.c:f:smp_rmb'])).toBe('mm/a.c:f:smp_mb');
});
