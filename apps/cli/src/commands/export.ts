import type { Result } from '@pagerace/explorer';
import { dropped, type OrderingSite } from '@pagerace/machine';
import { raceLitmus } from '@pagerace/race-litmus';
import { commandLines, documentVersion, json, pageWidth, wrap } from '@pagerace/report';
import { ExitCode } from '../exit-code.js';
import { ExplorationThread } from '../exploration-thread.js';
import { UsageError } from '../failure.js';
import { type Machine, machinesOf } from '../machines.js';
import { readParameters } from '../parameters.js';
import { type ProgressDisplay, progressDisplay } from '../progress-display.js';
import { replayCommand } from '../replay-command.js';
import { type Choice, select, type Selection, usualKernels } from '../selection.js';
import type { Session } from '../session.js';
import { type Strategy, strategyOf } from '../strategy.js';
import { weakenedTexts } from '../weakened-sites.js';
import { subjectText } from '../subject-text.js';
import { simplestFirst, type Witness, witnessOf } from '../witness-text.js';

export interface ExportOptions {
  readonly format: 'litmus';
  readonly kernel?: string;
  readonly arch?: string;
  readonly model?: string;
  readonly set?: readonly string[];
  readonly weaken?: readonly string[];
  readonly id?: string;
  /** The kernel with the fix, of a race before it. */
  readonly fix?: string;
  readonly fixed?: boolean;
  readonly timeout?: number;
}

/** Prints the litmus test behind a race. */
export async function exportRace(
  scenario: string,
  options: ExportOptions,
  session: Session,
): Promise<ExitCode> {
  const { terminal, options: globals } = session;
  const choice: Choice = {
    scenario,
    kernel: options.kernel,
    architecture: options.arch,
    model: options.model,
    parameters: readParameters(options.set),
    weaken: options.weaken,
  };
  const thread = new ExplorationThread(globals.plugin);
  const display = progressDisplay(terminal, globals);
  const search = new Search(session, options, thread, display);
  try {
    const selection = select(session.registry, choice);
    const witness = await search.violation(selection, options.id);
    const text =
      witness === undefined
        ? undefined
        : (search.litmus(selection, witness) ?? (await search.litmusOfFix(selection)));
    display.clear();
    if (thread.interrupted || witness === undefined || (text === undefined && search.outOfTime)) {
      const early = search.outOfTime ? 'time limit' : 'no violation was found';
      const why = thread.interrupted ? 'interrupted' : early;
      terminal.err(`${subjectText(selection)}: ${why}`);
      return ExitCode.inconclusive;
    }
    if (text === undefined) throw new UsageError(noLitmus);
    const document = { format: 'pagerace.export', version: documentVersion, test: text } as const;
    terminal.out(globals.json === true ? json(document) : text.trimEnd());
    return ExitCode.success;
  } finally {
    await thread.end();
  }
}

/** In a comment, behind its star. */
const width = pageWidth - 4;

/** What stands above the execution that the barriers forbid. */
const inPlace = 'With every barrier in place; the cycle is that of';

const noLitmus =
  'there is no litmus test for this: the execution has no cycle that the kernel memory model allows, and that it ' +
  'forbids with the barriers of the kernel, or of its fix, in place';

/** Looks for executions, and for the litmus tests behind them. */
class Search {
  /** Whether an exploration ended early, so that what was not found may be there. */
  outOfTime = false;

  constructor(
    private readonly session: Session,
    private readonly options: ExportOptions,
    private readonly thread: ExplorationThread,
    private readonly display: ProgressDisplay,
  ) {}

  /** The execution of that id, or the first that violates a property. */
  async violation(selection: Selection, id?: string): Promise<Witness | undefined> {
    if (id !== undefined) {
      // Here nobody would notice a thread that does not end.
      const request = { id, everyStep: false, asJson: false, settings: [] };
      const { choice } = selection;
      await this.thread.perform({ kind: 'replay', choice, request });
      return witnessOf(selection, id);
    }
    const { result } = await this.#explore(selection, 'first');
    const [simplest] = simplestFirst(result);
    return simplest === undefined ? undefined : witnessOf(selection, simplest.witness.id);
  }

  /** The litmus test of an execution with barriers weakened. */
  litmus(selection: Selection, witness: Witness): string | undefined {
    if (this.options.fix !== undefined) return undefined;
    const race = raceLitmus(witness.trace, witness);
    const about = this.#about(selection, witness);
    if (this.options.fixed !== true) return race?.weakened({ name: nameOf(selection), about });
    const asWritten = { ...selection.subject, weakened: [] };
    return race?.asWritten?.({
      name: nameOf({ subject: asWritten }),
      about: [inPlace, ...about],
    });
  }

  /**
   * The litmus test of an execution before a fix: what it has of the cycle that goes wrong with the fix,
   * but without the fences that it adds, under the kernel's own memory model.
   */
  async litmusOfFix({ choice }: Selection): Promise<string | undefined> {
    const { registry } = this.session;
    const base = choice.kernel!;
    const [usual, usualFix] = usualKernels(registry, registry.scenario(choice.scenario));
    const fixed = this.options.fix ?? (base === usual ? usualFix : undefined);
    if (fixed === undefined) return undefined;
    const [{ architecture, model }] = machinesOf(registry, ['lkmm'], undefined) as [Machine];
    const onAny = (kernel: string, weaken: readonly string[] = []): Selection =>
      select(registry, { ...choice, architecture, model, kernel, weaken });
    const hadSites = (await this.#explore(onAny(base), 'exhaustive')).met.map(({ name }) => name);
    const { met } = await this.#explore(onAny(fixed), 'exhaustive');
    const added = met.filter(
      ({ name, written }) => written.kind === 'fence' && !hadSites.includes(name),
    );
    const weakened = onAny(fixed, weakenedTexts(added.map(({ name }) => [name, dropped] as const)));
    const [before, after] = [await this.violation(onAny(base)), await this.violation(weakened)];
    if (before === undefined || after === undefined) return undefined;
    const race = raceLitmus(after.trace, { ...after, before: before.trace });
    return this.options.fixed === true
      ? race?.asWritten?.({
          name: nameOf(onAny(fixed)),
          about: [inPlace, ...this.#about(weakened, after)],
        })
      : race?.before?.({ name: nameOf(onAny(base)), about: this.#about(onAny(base), before) });
  }

  #about(selection: Selection, { id, trace }: Witness): string[] {
    const { set } = this.options;
    const replay = replayCommand(selection.subject, id, set, this.session.options.plugin);
    return [
      ...wrap(subjectText(selection), width),
      ...trace.violations.flatMap(({ property, message }) =>
        wrap(`${property}: ${message}`, width),
      ),
      '',
      ...commandLines(replay, width),
    ];
  }

  async #explore(
    { choice, subject }: Selection,
    kind: Strategy['kind'],
  ): Promise<{ readonly result: Result; readonly met: readonly OrderingSite[] }> {
    const { timeout } = this.options;
    const strategy = strategyOf({ strategy: kind, ...(timeout === undefined ? {} : { timeout }) });
    const explored = await this.thread.perform(
      { kind: 'explore', choice, strategy, progressInterval: this.display.interval },
      (message) => {
        if (message.kind === 'progress') this.display.progress(subject, message.progress);
      },
    );
    this.outOfTime ||= explored.result.incomplete === 'time limit';
    return explored;
  }
}

/** A name for the test, of characters that a file name may have. */
function nameOf({
  subject: { scenario, kernel, weakened = [] },
}: Pick<Selection, 'subject'>): string {
  const sites = weakened.map((site) => site.split(':').slice(1).join('-').replace('=', '-'));
  return [scenario, kernel, ...sites].join('+').replaceAll(/[^\w+.-]/g, '-');
}
