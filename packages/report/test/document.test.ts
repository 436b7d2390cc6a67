import { explore } from '@pagerace/explorer';
import { tso } from '@pagerace/memory-models';
import { expect, it } from 'vitest';
import {
  compareDocument,
  json,
  jsonLine,
  progressEvent,
  type RunDocument,
  runDocument,
  type Subject,
  traceDocument,
} from '../src/index.js';
import { found } from './support/found.js';
import { discardedPage, oddments } from './support/programs.js';

const subject: Subject = {
  scenario: 'example',
  kernel: 'v5.17',
  architecture: 'x86',
  model: 'tso',
};
const result = explore(discardedPage, { model: tso });

it('a run says its format, its subject, its verdict and how to replay each violation', () => {
  const document = runDocument(
    { subject, result, expected: { verdict: 'violated' } },
    (id) => `pagerace replay example ${id}`,
  );
  expect(JSON.parse(json(document))).toMatchObject({
    format: 'pagerace.run',
    version: 1,
    ...subject,
    verdict: 'violated',
    complete: true,
    asExpected: true,
    violations: [
      { property: 'I-DIO', replay: `pagerace replay example ${result.violations[0]!.witness.id}` },
    ],
  });
});

it('a comparison is as expected only if every run is', () => {
  const run = (expected?: 'verified' | 'violated') => ({
    subject,
    result,
    ...(expected && { expected: { verdict: expected } }),
  });
  const outcome = (...runs: ReturnType<typeof run>[]) =>
    compareDocument('example', runs, true, () => '').asExpected;
  expect(outcome(run('violated'), run('violated'))).toBe(true);
  expect(outcome(run('violated'), run('verified'), run())).toBe(false);
  expect(outcome(run('violated'), run())).toBeUndefined();
  expect(compareDocument('example', [run('violated')], false, () => '')).not.toHaveProperty(
    'asExpected',
  );
});

it('a trace holds every step with its place, and survives JSON', () => {
  const { trace, id } = found(discardedPage, tso);
  const document = traceDocument(subject, id, trace);
  expect(document.steps).toHaveLength(trace.steps.length);
  expect(document.steps.find(({ primitive }) => primitive === 'atomic_inc_not_zero')).toMatchObject(
    {
      operation: 'update',
      cell: 'page._refcount',
      before: 1,
      after: 2,
      stack: [
        { name: '__blkdev_direct_IO_simple', file: 'block/fops.c' },
        { name: 'gup_pte_range', file: 'mm/gup.c' },
      ],
    },
  );
  expect(document.violations).toEqual([{ property: 'I-DIO', message: 'the zero page is read' }]);
  expect(JSON.parse(json(document))).toEqual(document);
});

it('values that JSON does not know become text', () => {
  const { trace, id } = found(oddments, tso);
  const write = traceDocument(subject, id, trace).steps.find(({ cell }) =>
    cell.startsWith('a_cell'),
  )!;
  expect([write.before, write.after]).toEqual([null, '{pfn: 7, owner: ->? caf?}']);
});

it('an event is one line', () => {
  const progress = {
    executions: 10,
    blocked: 0,
    violating: 0,
    explored: 0.5,
    estimate: { mean: 20, low: 15, high: 30, samples: 100 },
    rate: 5,
    milliseconds: 2000,
    memory: 1e8,
  };
  const line = jsonLine(progressEvent(subject, progress));
  expect(line).not.toContain('\n');
  expect(JSON.parse(line)).toEqual({
    event: 'progress',
    ...subject,
    ...progress,
    remaining: { low: 1000, high: 4000 },
  });
});

it('the document of a run has no field twice', () => {
  const document: RunDocument = runDocument({ subject, result }, () => '');
  expect(document.model).toBe('tso');
  expect(document).not.toHaveProperty('expected');
  expect(document).not.toHaveProperty('asExpected');
});
