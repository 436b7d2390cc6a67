import { type Patch, patchesIn } from '@pagerace/kernel';
import {
  bisectDocument,
  duration,
  isBroken,
  json,
  pageWidth,
  type RunReport,
  type Subject,
  wrap,
} from '@pagerace/report';
import { bisection, type Change, changed, changesBetween } from '../bisection.js';
import { ExitCode } from '../exit-code.js';
import { ExplorationThread } from '../exploration-thread.js';
import { exploreSelection } from '../exploring.js';
import { UsageError } from '../failure.js';
import { readParameters } from '../parameters.js';
import { progressDisplay } from '../progress-display.js';
import { ifItFits, select, type Selection } from '../selection.js';
import type { Session } from '../session.js';
import { verdictLines } from '../verdict-line.js';

export interface BisectOptions {
  readonly good: string;
  readonly bad: string;
  readonly arch?: string;
  readonly model?: string;
  readonly set?: readonly string[];
  /** Seconds for each exploration. */
  readonly timeout?: number;
}

/** An exploration that does not tell what is asked: it came to a limit, or the user has seen enough. */
class InconclusiveError extends Error {
  constructor(readonly report: RunReport) {
    super();
  }
}

/** Finds the commits that make the difference between two kernels, by exploring along the histories. */
export async function bisect(
  scenario: string,
  options: BisectOptions,
  session: Session,
): Promise<ExitCode> {
  const { registry, terminal } = session;
  const { json: asJson, plugin } = session.options;
  const selectionOf = (kernel: string): Selection =>
    select(registry, {
      scenario,
      kernel,
      architecture: options.arch,
      model: options.model,
      parameters: readParameters(options.set),
    });
  const [good, bad] = [selectionOf(options.good), selectionOf(options.bad)];
  const patches = patchesOf(good, bad);
  const forth = changesBetween(good.run.kernel, bad.run.kernel, patches);
  const back = changesBetween(bad.run.kernel, good.run.kernel, patches);
  // A commit can be added where those after it are missing, but not taken out where they are there.
  const takenOut = (changes: readonly Change[]): number =>
    changes.filter(({ kind }) => kind === 'taken out').length;
  const [from, to, changes] =
    takenOut(forth) > takenOut(back) ? [bad, good, back] : [good, bad, forth];
  if (good.subject.kernel === bad.subject.kernel)
    throw new UsageError(`--good and --bad are the same kernel, ${good.subject.kernel}`);
  if (changes.length === 0)
    throw new UsageError(
      `${good.subject.kernel} and ${bad.subject.kernel} are modelled alike on ${good.subject.architecture}`,
    );

  const thread = new ExplorationThread(plugin);
  const display = progressDisplay(terminal, session.options);
  const explored: RunReport[] = [];
  const limits =
    options.timeout === undefined ? {} : { maximumMilliseconds: options.timeout * 1000 };
  const goesWrong = async (selection: Selection): Promise<boolean> => {
    const report = await exploreSelection(selection, {
      strategy: { kind: 'first', ...limits },
      display,
      thread,
    });
    explored.push(report);
    if (isBroken(report.result)) return true;
    if (report.result.verdict === 'verified') return false;
    throw new InconclusiveError(report);
  };

  const show = (
    culprits: readonly Change[] | undefined,
    inconclusive: RunReport | undefined,
  ): void => {
    if (asJson) {
      terminal.out(
        json(
          bisectDocument({
            good: good.subject,
            bad: bad.subject,
            from: from.subject,
            culprits,
            explored,
          }),
        ),
      );
      return;
    }
    const { architecture, model } = good.subject;
    terminal.out(`${scenario}, ${architecture} (${model})\n`);
    if (inconclusive === undefined)
      terminal.out(
        wrap(words(from.subject, to === bad, culprits!, explored), pageWidth).join('\n'),
      );
    else {
      terminal.out(`Not decided: ${inconclusive.subject.kernel}`);
      terminal.out(verdictLines(inconclusive, terminal));
    }
  };

  try {
    const [isGoodWrong, isBadWrong] = [await goesWrong(good), await goesWrong(bad)];
    if (isGoodWrong === isBadWrong)
      throw new UsageError(
        `${good.subject.kernel} and ${bad.subject.kernel} both ${isGoodWrong ? 'go wrong' : 'are right'}: there is no difference to find`,
      );
    if (isGoodWrong)
      throw new UsageError(
        `${good.subject.kernel} goes wrong and ${bad.subject.kernel} does not: exchange --good and --bad`,
      );
    const culprits = await bisection(changes, async (some) => {
      const selection = ifItFits(() => selectionOf(changed(from.run.kernel, some)));
      return selection && (await goesWrong(selection)) === (to === bad);
    });
    show(culprits, undefined);
    return ExitCode.success;
  } catch (thrown) {
    if (!(thrown instanceof InconclusiveError)) throw thrown;
    show(undefined, thrown.report);
    return thrown.report.result.verdict === 'model error'
      ? ExitCode.internal
      : ExitCode.inconclusive;
  } finally {
    display.clear();
    await thread.end();
  }
}

/** The patches that can matter to two runs on one architecture, oldest first. */
function patchesOf({ run }: Selection, { run: other }: Selection): readonly Patch[] {
  const told: readonly Patch[] = patchesIn(run.histories);
  // What a plug-in's patch does no history tells; a patch of another architecture does nothing.
  const added = [...run.kernel.adds, ...other.kernel.adds].filter(
    ({ provides }) => provides !== undefined,
  );
  return [...new Set([...told, ...added])];
}

function words(
  { kernel }: Subject,
  isWrongThen: boolean,
  culprits: readonly Change[],
  explored: readonly RunReport[],
): string {
  const named = culprits.map(({ kind, patch: { id, title, commit, since } }) => {
    const facts = commit === undefined ? [`"${title}"`] : [`"${title}"`, since!, id];
    const name = commit === undefined ? id : commit.slice(0, 12);
    return `${kind === 'added' ? 'with' : 'without'} ${name} (${facts.join(', ')})`;
  });
  const milliseconds = explored.reduce((sum, { result }) => sum + result.milliseconds, 0);
  return (
    `${kernel} ${isWrongThen ? 'goes wrong' : 'is right'} ${named.join(' and ')}` +
    `${named.length === 1 ? '' : '; none of them can be left out'}. ` +
    `${String(explored.length)} explorations, ${duration(milliseconds)}.`
  );
}
