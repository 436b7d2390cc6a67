import { describe, expect, it } from 'vitest';
import { progressDisplay } from '../src/progress-display.js';
import type { Terminal } from '../src/terminal.js';

const subject = { scenario: 'race', kernel: 'v5.17-rc2', architecture: 'x86', model: 'tso' };
const progress = { executions: 1200, rate: 600, milliseconds: 2000, memory: 85e6 };

/** A terminal that keeps what it was told. */
function terminal(overwrites: boolean) {
  const lines: string[] = [];
  const told: Terminal = {
    out: (text) => lines.push(`out: ${text}`),
    err: (text) => lines.push(`err: ${text}`),
    paint: (text) => text,
    overwrite: overwrites ? (line) => lines.push(`over: ${line}`) : undefined,
    columns: 60,
  };
  return { lines, told };
}

describe('progress', () => {
  it('is one line that is written over each second, and goes away, on a terminal', () => {
    const { lines, told } = terminal(true);
    const display = progressDisplay(told, {});
    expect(display.interval).toBe(1000);
    display.progress(subject, progress);
    display.clear();
    display.clear();
    expect(lines).toEqual(['over: v5.17-rc2, x86: 1,200 executions, 600/s, 85 MB', 'over: ']);
  });

  it('is one line for explorations that go on at the same time, too', () => {
    const { lines, told } = terminal(true);
    const display = progressDisplay({ ...told, columns: 100 }, {}, 3);
    const other = { ...subject, architecture: 'arm64' };
    display.progress(subject, progress);
    display.progress(other, { ...progress, executions: 300, rate: 100 });
    display.event({ event: 'ended', ...subject, verdict: 'verified', complete: true });
    display.progress(other, { ...progress, executions: 400, rate: 100 });
    expect(lines).toEqual([
      'over: 0 of 3 done; v5.17-rc2, x86: 1,200 executions, 600/s, 85 MB',
      'over: 0 of 3 done; 1,500 executions, 700/s, 85 MB',
      'over: 1 of 3 done; v5.17-rc2, arm64: 400 executions, 100/s, 85 MB',
    ]);
  });

  it('is a line each 30 s in a log', () => {
    const { lines, told } = terminal(false);
    const display = progressDisplay(told, {});
    expect(display.interval).toBe(30_000);
    display.progress(subject, progress);
    display.clear();
    expect(lines).toEqual(['err: v5.17-rc2, x86: 1,200 executions, 600/s, 85 MB']);
  });

  it('fits into the line, and gives up the name of the run for it', () => {
    const { lines, told } = terminal(true);
    const estimate = { mean: 5e6, low: 4e6, high: 6e6, samples: 100 };
    progressDisplay(told, {}).progress(subject, { ...progress, estimate, explored: 0.3 });
    expect(lines[0]).toMatch(/^over: 1,200 executions, 600\/s/);
    expect(lines[0]!.length - 'over: '.length).toBeLessThan(60);
  });

  it('is NDJSON for programs, and nothing with --quiet', () => {
    const { lines, told } = terminal(true);
    progressDisplay(told, { json: true }).started(subject);
    progressDisplay(told, { json: true, quiet: true }).started(subject);
    expect(lines).toEqual([`err: ${JSON.stringify({ event: 'started', ...subject })}`]);
  });
});
