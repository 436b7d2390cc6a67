import { expect, it } from 'vitest';
import { examples, start } from './support/pagerace.js';

/** Starts an exploration that would not end, and sends a signal once it is under way. */
async function interrupted(command: string, signal: NodeJS.Signals) {
  const { child, ended } = start([...command.split(' '), '--json', '--plugin', examples]);
  child.stderr!.once('data', () => setTimeout(() => child.kill(signal), 300));
  const { code, out, err } = await ended;
  return { code, document: JSON.parse(out) as Record<string, unknown>, events: err };
}

it('Ctrl-C ends a run with what was learned, and it says that it is incomplete', async () => {
  const { code, document, events } = await interrupted('run endless', 'SIGINT');
  expect(code).toBe(4);
  expect(document).toMatchObject({
    verdict: 'bounded',
    complete: false,
    incomplete: 'interrupted',
  });
  expect(document.executions).toBeGreaterThan(0);
  expect(document.covers).toContain('not everything was explored');
  expect(events).toContain('"event":"ended"');
});

it('so does the end of a job', async () => {
  const { code, document } = await interrupted('run endless', 'SIGTERM');
  expect({ code, incomplete: document.incomplete }).toEqual({
    code: 4,
    incomplete: 'interrupted',
  });
});

it('Ctrl-C ends a whole comparison, not only the run that is under way', async () => {
  const { code, document } = await interrupted('compare endless --arch x86,x86-ipi', 'SIGINT');
  expect(code).toBe(4);
  expect(document).toMatchObject({ complete: false });
  expect(document.runs).toHaveLength(1);
});

it('says so to people, too', async () => {
  const { child, ended } = start(['run', 'endless', '--plugin', examples]);
  setTimeout(() => child.kill('SIGINT'), 1500);
  const { code, out } = await ended;
  expect(code).toBe(4);
  expect(out).toMatch(
    /~ bounded: nothing was found in [\d,]+ executions \(interrupted; not everything/,
  );
});
