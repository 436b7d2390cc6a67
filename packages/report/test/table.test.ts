import type { Result } from '@pagerace/explorer';
import { fc, it } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { asExpected, type RunReport, table, verdictText } from '../src/index.js';

const before = 'v5.17-rc2';
const after = `${before}+madv-free-refcount-check`;
const witness = { id: '0', switches: 2, weakSteps: 0, steps: 9 };

function result(found: Partial<Result>): Result {
  return {
    verdict: 'verified',
    covers: '',
    complete: true,
    model: 'tso',
    executions: 1044,
    violating: 0,
    blocked: 0,
    deadlocks: 0,
    violations: [],
    neverCovered: [],
    milliseconds: 12,
    ...found,
  };
}

const violated = result({
  verdict: 'violated',
  executions: 812,
  violating: 3,
  violations: [{ property: 'I-DIO', message: 'the zero page is read', executions: 3, witness }],
});

function run(
  kernel: string,
  found: Result,
  expected?: RunReport['expected'],
  architecture = 'x86',
  model = 'tso',
): RunReport {
  const subject = { scenario: 'madv-free-dio', kernel, architecture, model };
  return { subject, result: found, ...(expected === undefined ? {} : { expected }) };
}

it('puts architectures in rows and kernels in columns', () => {
  expect(table([run(before, violated), run(after, result({}))])).toBe(
    [
      '     v5.17-rc2                                       + madv-free-refcount-check',
      'x86  \u2717 I-DIO (3 of 812), 12 ms                       \u2713 verified, 1,044 executions, 12 ms',
    ].join('\n'),
  );
});

it('names the base of a kernel with patches that does not stand below that base', () => {
  const kernels = ['v6.1', 'v6.1+one', 'v6.1+one+two', 'v6.15', 'v6.1+three'];
  const rows = table(kernels.map((kernel) => run(kernel, result({})))).split('\n');
  expect(rows.join('\n')).toContain('v6.1 + three');
  expect(rows.join('\n')).not.toMatch(/(?<!v6\.1) \+ three/);
  expect(rows.join('\n')).toMatch(/(?<!v6\.1) \+ one \+ two|^\+ one \+ two/m);
});

it('names the memory model where an architecture was run under several', () => {
  const rows = table([
    run(before, result({}), undefined, 'x86', 'sc'),
    run(before, violated),
  ]).split('\n');
  expect(rows.slice(1).map((row) => row.split('  ')[0])).toEqual(['x86 (sc)', 'x86 (tso)']);
});

it('shows what was not run as missing', () => {
  expect(table([run(before, violated), run(after, result({}), undefined, 'arm64')])).toMatch(
    /^x86 .* -$/m,
  );
});

it('says what did not come out as expected', () => {
  expect(table([run(after, violated, { verdict: 'verified' })])).toContain(
    'I-DIO (3 of 812), 12 ms - not as expected',
  );
  expect(table([run(before, violated, { verdict: 'violated' })])).not.toContain('expected');
  const other = { verdict: 'violated', properties: ['I-TLB'] } as const;
  expect(table([run(before, violated, other)])).toContain(
    ' - not as expected: also I-DIO, without I-TLB',
  );
  const thrown = { property: 'exception', message: '', executions: 1, witness };
  const threw = { ...violated, violations: [...violated.violations, thrown] };
  expect(table([run(before, threw, { verdict: 'violated' })])).toContain(
    ' - not as expected: also exception',
  );
});

it('colours by how good the news is, without moving anything', () => {
  const plain = table([run(before, violated), run(after, result({}))]);
  const painted = table([run(before, violated), run(after, result({}))], {
    paint: (text, tone) => `<${tone}>${text}</>`,
  });
  expect(painted).toContain('<bad>\u2717 I-DIO (3 of 812), 12 ms</>');
  expect(painted.replaceAll(/<[^>]*>/g, '')).toBe(plain);
});

it.prop([
  fc.integer({ min: 1, max: 9 }),
  fc.integer({ min: 40, max: 100 }),
  fc.string({ unit: 'grapheme-ascii', maxLength: 60 }),
])('is never wider than the page, and shows every kernel', (kernels, width, name) => {
  const runs = Array.from({ length: kernels }, (_, nth) =>
    run(`k${String(nth)}${name.replaceAll(/\s/g, '')}`, nth % 2 ? violated : result({})),
  );
  const text = table(runs, { width });
  for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(width);
  for (let nth = 0; nth < kernels; nth++) expect(text).toContain(`k${String(nth)}`);
  expect(text.match(/[\u2713\u2717]/g)).toHaveLength(kernels);
});

describe('a verdict', () => {
  it.each([
    [result({}), 'verified, 1,044 executions'],
    [violated, 'I-DIO (3 of 812)'],
    [
      { ...violated, complete: false, incomplete: 'first violation' } as const,
      'I-DIO (3 of 812, stopped at the first)',
    ],
    [
      {
        ...violated,
        violating: 4,
        violations: [
          ...violated.violations,
          { property: 'I-REF', message: '', executions: 1, witness },
        ],
      },
      'I-DIO 3, I-REF 1 (of 812)',
    ],
    [
      {
        ...violated,
        violating: 4,
        violations: [
          ...violated.violations,
          { property: 'I-DIO & I-REF', message: '', executions: 1, witness },
        ],
      },
      'I-DIO alone 3, I-DIO & I-REF 1 (of 812)',
    ],
    [
      result({ observations: [{ property: 'I-DIO-FORK', message: '', executions: 1, witness }] }),
      'verified, 1,044 executions; allowed: I-DIO-FORK (1)',
    ],
    [result({ verdict: 'deadlock', deadlocks: 2, executions: 10 }), 'deadlock (2 of 12)'],
    [
      result({ verdict: 'bounded', complete: false, incomplete: 'execution limit', executions: 1 }),
      'nothing found in 1 execution, execution limit',
    ],
    [
      result({ verdict: 'vacuous', neverCovered: ['the page is discarded'] }),
      'vacuous: never happened: the page is discarded',
    ],
    [result({ verdict: 'vacuous', executions: 0 }), 'vacuous: no execution'],
    [result({ verdict: 'model error', error: 'boom' }), 'model error'],
  ] satisfies [Result, string][])('%#', (found, words) => {
    expect(verdictText(found)).toBe(words);
  });
});

describe('as expected', () => {
  const breaks = { verdict: 'violated', properties: ['I-DIO'] } as const;
  const early = { complete: false, incomplete: 'time limit' } as const;
  it.each([
    ['no expectation tells nothing', violated, undefined, undefined],
    ['a bug that was to be found', violated, breaks, true],
    ['a bug that was not to be there', violated, { verdict: 'verified' } as const, false],
    [
      'another bug than the one to be found',
      violated,
      { verdict: 'violated', properties: ['I-COH'] } as const,
      false,
    ],
    [
      'one of two bugs, everything explored',
      violated,
      { verdict: 'violated', properties: ['I-DIO', 'I-COH'] } as const,
      false,
    ],
    [
      'one of two bugs so far',
      { ...violated, ...early },
      { verdict: 'violated', properties: ['I-DIO', 'I-COH'] } as const,
      undefined,
    ],
    ['a known bug that is not found', result({}), breaks, false],
    ['a verified kernel', result({}), { verdict: 'verified' } as const, true],
    [
      'nothing found up to a bound',
      result({ verdict: 'bounded', ...early }),
      { verdict: 'verified' } as const,
      undefined,
    ],
    [
      'a situation that never arose',
      result({ verdict: 'vacuous' }),
      { verdict: 'verified' } as const,
      undefined,
    ],
    ['an expected vacuity', result({ verdict: 'vacuous' }), { verdict: 'vacuous' } as const, true],
    [
      'a deadlock where another violation is expected',
      result({ verdict: 'deadlock' }),
      breaks,
      false,
    ],
    [
      'an expected deadlock',
      result({
        verdict: 'deadlock',
        violations: [{ property: 'deadlock', message: '', executions: 1, witness }],
      }),
      { verdict: 'deadlock' } as const,
      true,
    ],
  ] satisfies [string, Result, RunReport['expected'], boolean | undefined][])(
    '%s',
    (_, found, expected, outcome) => {
      expect(asExpected(run(before, found, expected))).toBe(outcome);
    },
  );
});
