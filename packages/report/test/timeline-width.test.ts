import { replay } from '@pagerace/explorer';
import { sc } from '@pagerace/memory-models';
import { fc, it } from '@fast-check/vitest';
import { expect } from 'vitest';
import { timeline } from '../src/timeline/index.js';
import { crowd } from './support/programs.js';

it.prop(
  [
    fc.integer({ min: 1, max: 40 }),
    fc.integer({ min: 0, max: 60 }),
    fc.integer({ min: 0, max: 120 }),
    fc.integer({ min: 40, max: 120 }),
    fc.string({ unit: 'grapheme', maxLength: 300 }),
    fc.stringMatching(/^[0-9a-z]{1,200}$/),
  ],
  { numRuns: 150 },
)(
  'no line is wider than the page, ends in a space or leaves ASCII',
  (threads, depth, nameLength, width, title, id) => {
    const plan = {
      threads: Array.from({ length: threads * 2 }, (_, step) => step % threads),
      deviations: [],
    };
    // Each thread takes two steps; all of them together end in a violation.
    const trace = replay(crowd(threads, depth, nameLength), plan, sc);
    const text = timeline(trace, { width, title, id, replay: `pagerace replay x ${id}` });
    for (const line of text.split('\n')) {
      expect(line.length).toBeLessThanOrEqual(width);
      expect(line).toMatch(/^([ -~]*[!-~])?$/);
    }
    // The shell puts the command together again.
    expect(text.replaceAll('\\\n', '').replaceAll(/ +/g, ' ')).toContain(`pagerace replay x ${id}`);
    // Nothing is lost on the way: each thread's increment is told.
    const changes = text.replace(/\s+/g, ' ').match(/\d+ -> \d+/g) ?? [];
    expect(changes).toHaveLength(
      trace.steps.filter(({ before, after }) => before !== after).length,
    );
  },
);

it('names the thread of each turn where columns are too close to tell apart', () => {
  const threads = 20;
  const plan = {
    threads: Array.from({ length: threads * 2 }, (_, step) => step % threads),
    deviations: [],
  };
  const text = timeline(replay(crowd(threads, 1, 3), plan, sc));
  expect(text.match(/^ *-- nnn7:$/gm)).not.toBeNull();
});
