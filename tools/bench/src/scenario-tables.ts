import { MeasuringError } from './own-process.js';
import { limits, missed, reaches } from './reach.js';
import { type Choice, registry, type ScenarioLine, told } from './scenario-line.js';
import { head, row } from './table.js';

/** Explores a choice; within the given CPU seconds, or else the limit that the user has set. */
export type Measure = (choice: Choice, limit?: number) => ScenarioLine;

/** The rows of a table in Markdown, each as soon as it is measured. */
type Table = Generator<string, void>;

/** GUP-fast against a collapse. */
export const scenarios = registry.scenarios
  .filter(({ title }) => title.startsWith('S4-'))
  .map(({ id }) => id);

export const kernels = ['v5.19', 'v6.0', 'v6.1'];

const architectures = ['x86', 'arm64', 's390', 'powerpc-radix', 'riscv', 'w'].map((id) =>
  registry.architecture(id),
);

const models = ['sc', 'tso', 'armv8', 'riscv', 'power', 'lkmm'];

/** Programs of some size, under which the price of a model shows. */
const programs: readonly Omit<Choice, 'model'>[] = [
  {
    scenario: 'gup-fast-collapse',
    kernel: 'v6.0',
    architecture: 'arm64',
    parameters: { walkers: 3 },
  },
  { scenario: 'madv-free-after-submit', kernel: 'v6.15', architecture: 'x86' },
  { scenario: 'madv-free-dio-two-pages', kernel: 'v6.15', architecture: 'x86' },
];

const peak = (lines: readonly ScenarioLine[]): string =>
  String(Math.max(...lines.map(({ peakMebibytes }) => peakMebibytes)));

export const tables = {
  /** Each scenario, or those that are chosen, on each kernel, under each architecture's own model. */
  *costs(measure: Measure, chosen: readonly string[]): Table {
    const on = architectures.map(({ id, model }) => `${id} (${model})`);
    yield head(['scenario', 'kernel'], [...on, 'peak MiB']);
    for (const scenario of chosen.length > 0 ? chosen : scenarios) {
      for (const kernel of kernels) {
        const lines = architectures.map(({ id: architecture, model }) =>
          measure({ scenario, kernel, architecture, model }),
        );
        yield row([scenario, kernel, ...lines.map(told), peak(lines)]);
      }
    }
  },

  /** How it grows with the pages of a huge page, and with the CPUs that walk. */
  *growth(measure: Measure): Table {
    const sizes = [1, 2].flatMap((walkers) => [1, 2, 3].map((ptes) => ({ walkers, ptes })));
    sizes.push({ walkers: 3, ptes: 1 });
    const on = ['v6.0 x86', 'v6.0 arm64', 'v6.0 s390', 'v6.1 arm64'];
    yield head(['kernel', 'architecture'], ['walkers', 'ptes', 'sc', 'own', 'lkmm', 'peak MiB']);
    for (const [kernel, id] of on.map((each) => each.split(' ') as [string, string])) {
      const { model: own } = registry.architecture(id);
      for (const parameters of sizes) {
        const { walkers, ptes } = parameters;
        const lines = ['sc', own, 'lkmm'].map((model) =>
          measure({ scenario: 'gup-fast-collapse', kernel, architecture: id, model, parameters }),
        );
        const what = [kernel, `${id} (${own})`, String(walkers), String(ptes)];
        yield row([...what, ...lines.map(told), peak(lines)]);
      }
    }
  },

  /** What an execution costs under each model, compared to sequential consistency. */
  *models(measure: Measure): Table {
    yield head(['scenario', 'model'], ['executions', 'µs for each', 'to sc', 'peak MiB']);
    for (const program of programs) {
      let basis: number | undefined;
      for (const model of models) {
        const line = measure({ ...program, model });
        const each = line.cpuSeconds / line.executions;
        basis ??= each;
        const price = [(each * 1e6).toFixed(0), (each / basis).toFixed(1)];
        yield row([line.scenario, model, told(line), ...price, peak([line])]);
      }
    }
  },

  /**
   * What must be explored whole within a time.
   *
   * @throws {MeasuringError} in the end, if something was not
   */
  *reach(measure: Measure): Table {
    const within = [`own, within ${limits.own} s`, `lkmm, within ${limits.lkmm} s`];
    yield head(['', 'kernel', 'architecture (own model)'], within);
    const failures: string[] = [];
    for (const [own, lkmm] of reaches) {
      const { kernel, architecture, model } = own.choice;
      const cells = [own, lkmm].map((reach) => {
        const line = measure(reach.choice, reach.limit);
        const failure = missed(reach, line);
        if (failure !== undefined) failures.push(failure);
        return told(line);
      });
      yield row([own.name, kernel, `${architecture} (${model})`, ...cells]);
    }
    if (failures.length > 0) throw new MeasuringError(failures.join('\n'));
  },
};
