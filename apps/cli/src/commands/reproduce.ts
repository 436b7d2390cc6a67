import {
  commandLines,
  json,
  pageWidth,
  reproductionDocument,
  type RunReport,
} from '@pagerace/report';
import { readDeviceFile, reproduce as reproduceMadvFreeDio } from '@pagerace/scenarios';
import type { ExitCode } from '../exit-code.js';
import { UsageError } from '../failure.js';
import { runExitCode } from '../outcome.js';
import { shellCommand } from '../replay-command.js';
import { usualKernels } from '../selection.js';
import type { Session } from '../session.js';
import { verdictLines } from '../verdict-line.js';

export interface ReproduceOptions {
  readonly device: string;
  readonly at: 'good' | 'bad';
  readonly kernel?: string;
  readonly arch?: string;
  readonly model?: string;
}

/** The scenario whose reproducer there is, and what it is as a scenario itself. */
const reproducible = {
  scenario: 'madv-free-dio',
  program: 'madv-free-reproducer',
  patch: 'madv-free-reproducer',
};

/** Runs the program with which a race was reported, on the bytes of a real file. */
export function reproduce(asked: string, options: ReproduceOptions, session: Session): ExitCode {
  const { registry, terminal, options: globals } = session;
  const { scenario, program } = reproducible;
  if (registry.scenario(asked).id !== program && asked !== scenario) {
    throw new UsageError(`there is no reproducer of ${asked}, only of ${scenario}`);
  }
  const about = registry.scenario(scenario);
  const kernel = registry.kernel(options.kernel ?? usualKernels(registry, about)[0]!);
  const architecture = registry.architecture(options.arch ?? 'x86');
  const model = registry.model(options.model ?? architecture.model);
  const device = readDeviceFile(options.device);
  const { text, pages, result } = reproduceMadvFreeDio({
    device,
    at: options.at,
    kernel,
    architecture,
    model,
  });

  const subject = { scenario, kernel: kernel.id, architecture: architecture.id, model: model.id };
  const run: RunReport = { subject, result };
  const same = shellCommand([
    ...['pagerace', 'run', program, '--kernel', `${kernel.id}+${reproducible.patch}`],
    ...['--arch', architecture.id, '--model', model.id],
    ...['--set', `at=${options.at}`, '--set', `device=@${options.device}`],
    ...(globals.plugin ?? []).flatMap((plugin) => ['--plugin', plugin]),
  ]);
  if (globals.json === true)
    terminal.out(json(reproductionDocument(subject, options.at, pages, result.verdict)));
  else {
    terminal.out(text);
    terminal.out(verdictLines(run, terminal));
    const pageSize = device.length / pages.length;
    if (pages.some((_, nth) => device[nth * pageSize] === 0))
      terminal.out(
        'A page of the device begins with 0x0, as the zero page does: the two look alike.',
      );
    if (runExitCode(run) !== 0)
      terminal.out(['To see how:', ...commandLines(same, pageWidth)].join('\n'));
  }
  return runExitCode(run);
}
