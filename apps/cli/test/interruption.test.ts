import { expect, it } from 'vitest';
import { examples, start, startEndless } from './support/pagerace.js';

/** Starts an exploration that would not end, and sends a signal once there have been executions. */
async function interrupted(command: string, signal: NodeJS.Signals, workers = 1) {
  const { child, ended, underWay } = startEndless(`${command} --json`, { runs: 1000, workers });
  await underWay;
  child.kill(signal);
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
  const command = 'compare endless --kernels plain --arch x86,x86-ipi,x86-broadcast';
  const { code, document } = await interrupted(`${command} --jobs 2`, 'SIGINT', 2);
  expect(code).toBe(4);
  expect(document).toMatchObject({
    complete: false,
    runs: [
      { architecture: 'x86', incomplete: 'interrupted' },
      { architecture: 'x86-ipi', incomplete: 'interrupted' },
    ],
  });
  const runs = document.runs as { executions: number; explored: number }[];
  expect(runs).toHaveLength(2);
  for (const { executions, explored } of runs) {
    expect(executions).toBeGreaterThan(0);
    expect(explored).toBeGreaterThan(0);
  }
});

// Of as many cells as there are kernels, the first has ended when the signal comes.
it.each([
  ['passed', '--rows 1', 4, 'pass'],
  ['failed, which is a finding', '--rows 3', 1, 'fail'],
])(
  'Ctrl-C ends a conformance suite with the cells that are known: they have %s',
  async (_, rows, expected, outcome) => {
    const words = `conformance cow ${rows} --kernels all --jobs 1 --json`;
    const { child, ended } = start(words.split(' '));
    let events = '';
    child.stderr!.on('data', (chunk: string) => {
      const isOver = events.includes('"event":"ended"');
      events += chunk;
      // Once: a second signal would end it at once.
      if (!isOver && events.includes('"event":"ended"')) child.kill('SIGINT');
    });
    const { code, out } = await ended;
    const document = JSON.parse(out) as { cells: { outcome: string }[] };
    expect(code).toBe(expected);
    expect(document).toMatchObject({ complete: false });
    expect(document.cells.map((cell) => cell.outcome)).toContain(outcome);
  },
);

it('says so to people, too', async () => {
  const { child, ended, underWay } = startEndless('run endless');
  await underWay;
  child.kill('SIGINT');
  const { code, out } = await ended;
  expect(code).toBe(4);
  expect(out).toMatch(
    /~ bounded: nothing was found in [\d,]+ executions? \(interrupted; not everything/,
  );
});

it.each(['run', 'compare', 'estimate'])(
  'ends a %s in the middle of a thread that never returns: the second time, at once',
  async (command) => {
    const { child, ended, underWay } = startEndless(`${command} looping`);
    await underWay;
    // Again and again, as two signals that come before the first is served are one.
    const again = setInterval(() => child.kill('SIGINT'), 300);
    const { code } = await ended;
    clearInterval(again);
    expect({ code, signal: child.signalCode }).toEqual({ code: null, signal: 'SIGINT' });
  },
);

it('ends it by itself in the end, says where it is, and keeps the rest of a comparison', async () => {
  const words = `compare looping-on-arm64 --kernels plain --arch x86,arm64 --plugin ${examples}`;
  const { code, out } = await start(words.split(' ')).ended;
  expect(code).toBe(3);
  expect(out.replaceAll(/\s+/g, ' ')).toMatch(
    /model error: the scenario looping-on-arm64 does not end: looper has performed no operation for 10 s: it loops without one \((\S+\/)?example-plugin\.mjs:\d+\)/,
  );
  expect(out).toMatch(/x86 +✓ verified, 1 execution/);
});

it('ends an estimate with the interval so far', async () => {
  const words = 'estimate endless --samples 1000000000 --timeout 600 --kernel plain';
  // The rate is measured first, for one second.
  const { child, ended, underWay } = startEndless(words, { runs: 10_000, from: 1_200 });
  await underWay;
  child.kill('SIGINT');
  const { code, out } = await ended;
  expect(code).toBe(4);
  const told = out.replaceAll('\n', ' ');
  expect(told).toMatch(
    /About .* executions \(95 % interval .* to .*, from [\d,.]+ ?(million )?random descents\)/,
  );
  expect(told).toContain('Interrupted: the estimate is what was sampled so far.');
});
