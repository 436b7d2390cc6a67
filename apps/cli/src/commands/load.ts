import { historiesOf, newerCode } from '@pagerace/kernel';
import {
  differenceIn,
  DiskFile,
  explanation,
  fioDefaults,
  type FioJob,
  FioLoad,
  type FioReport,
  isSound,
} from '@pagerace/load';
import {
  bytes,
  count,
  counted,
  documentVersion,
  duration,
  json,
  pageWidth,
  wrap,
} from '@pagerace/report';
import { ExitCode } from '../exit-code.js';
import { Interruption } from '../interruption.js';
import { newerCodeNotes } from '../newer-code.js';
import { progressDisplay } from '../progress-display.js';
import type { Session } from '../session.js';

export interface LoadOptions extends Partial<FioJob> {
  readonly device: string;
  readonly kernel: string;
  readonly arch?: string;
}

/** Steps of the simulation between two looks at the clock. */
const STEPS = 500;

/** Runs a job of fio on a modelled kernel, and says what the counters of get_user_pages() make of it. */
export async function load(options: LoadOptions, session: Session): Promise<ExitCode> {
  const { registry, terminal, options: globals } = session;
  const { arch = 'x86', device, kernel: name, ...job } = options;
  const kernel = registry.kernel(name);
  const architecture = registry.architecture(arch);
  const wanted = { ...fioDefaults, ...job };
  const disk = new DiskFile(device, wanted.rw);
  const interruption = new Interruption();
  const display = progressDisplay(terminal, globals);
  const began = performance.now();
  try {
    const running = new FioLoad({ job: wanted, kernel, architecture, disk });
    let told = began;
    let goesOn = true;
    while (goesOn) {
      // Signals are heard of between two turns of the event loop.
      await new Promise((resolve) => setImmediate(resolve));
      if (interruption.requested) running.stop('interrupted');
      const until = performance.now() + 50;
      while (goesOn && performance.now() < until) goesOn = running.advance(STEPS);
      if (performance.now() - told < display.interval) continue;
      told = performance.now();
      const progress = {
        requests: running.completed,
        of: running.job.requests,
        milliseconds: Math.round(told - began),
        memory: process.memoryUsage.rss(),
      };
      display.event({ event: 'load', ...progress });
      display.activity(progressText(progress));
    }
    display.clear();
    const report = running.report();
    if (globals.json === true) {
      const document = { format: 'pagerace.load', version: documentVersion, ...report } as const;
      const difference = differenceIn(report);
      terminal.out(
        json({ ...document, ...(difference ?? {}), sound: isSound(report) } as typeof document),
      );
    } else {
      terminal.out(textOf(report, performance.now() - began));
      const code = newerCode(historiesOf(architecture), kernel);
      for (const note of newerCodeNotes([{ subject: { kernel: kernel.id }, newerCode: code }]))
        terminal.out(`\n${note}`);
    }
    return exitCodeOf(report);
  } finally {
    display.clear();
    interruption.dispose();
    disk.close();
  }
}

interface Progress {
  readonly requests: number;
  readonly of: number;
  readonly milliseconds: number;
  readonly memory: number;
}

function progressText({ memory, milliseconds, of, requests }: Progress): string {
  const rate = Math.round((requests * 1000) / milliseconds);
  return `fio: ${count(requests)} of ${count(of)} requests, ${count(rate)}/s, ${bytes(memory)}`;
}

function textOf(report: FioReport, milliseconds: number): string {
  const { architecture, job, kernel, requests, stopped, violation } = report;
  const about =
    `fio: direct=1 ioengine=libaio blocksize=${String(job.blocksize)} size=${String(job.size)} ` +
    `numjobs=${String(job.numjobs)} rw=${job.rw} iodepth=${String(job.iodepth)} on ${kernel}, ${architecture}: one schedule, seed ${String(job.seed)}`;
  const done =
    `${count(requests)} of ${counted(job.requests, 'request')} completed, ${bytes(report.bytes)}` +
    `, ${duration(milliseconds)}` +
    (stopped === undefined ? '' : `; ${stopped}`);
  const wrong =
    violation === undefined ? [] : [`✗ ${violation.property}: ${violation.message}`, ''];
  return [about, done, '', ...wrong, ...explanation(report)]
    .flatMap((line) => (line.length <= pageWidth ? [line] : wrap(line, pageWidth, 2)))
    .join('\n');
}

function exitCodeOf(report: FioReport): ExitCode {
  if (!isSound(report)) return ExitCode.violation;
  return report.stopped === undefined ? ExitCode.success : ExitCode.inconclusive;
}
