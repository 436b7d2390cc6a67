import { explore } from '@pagerace/explorer';
import { composeRun, type Patch, type Registry, type Scenario } from '@pagerace/kernel';
import {
  commandLines,
  json,
  pageWidth,
  type ScenarioDocument,
  scenarioDocument,
  wrap,
} from '@pagerace/report';
import { ExitCode } from '../exit-code.js';
import { usualArchitecture, usualKernels } from '../selection.js';
import type { Session } from '../session.js';

/** Says what a scenario does, and what is expected of it, before anything is explored. */
export function show(id: string, { registry, terminal, options }: Session): ExitCode {
  const scenario = registry.scenario(id);
  const architecture = usualArchitecture(scenario);
  const kernels = usualKernels(registry, scenario);
  const document = scenarioDocument({
    scenario,
    threads: threadsOf(scenario, registry, architecture, kernels[0]!),
    architecture,
    kernels,
  });

  terminal.out(options.json === true ? json(document) : text(document));
  return ExitCode.success;
}

/** The names of the threads, as its set-up makes them. */
function threadsOf(
  scenario: Scenario,
  registry: Registry,
  architectureId: string,
  kernel: string,
): readonly string[] {
  const architecture = registry.architecture(architectureId);
  const model = registry.model(architecture.model);
  const run = composeRun({ scenario, kernel: registry.kernel(kernel), architecture, model });
  let names: readonly string[] = [];
  const setup = (): ReturnType<typeof run.setup> => {
    const program = run.setup();
    names = Object.keys(program.threads);
    return program;
  };
  explore(setup, { model, maximumExecutions: 1 });
  return names;
}

function text(document: ScenarioDocument): string {
  const { id, title, description, threads, parameters, properties, expected } = document;
  const paragraph = (words: string): readonly string[] => wrap(words, pageWidth);
  const item = (head: string, words: string): readonly string[] =>
    wrap(`${head}${words === '' ? '' : `: ${words}`}`, pageWidth - 2, 2).map((line) => `  ${line}`);
  const section = (name: string, items: readonly (readonly string[])[]): readonly string[] =>
    items.length === 0 ? [] : ['', `${name}:`, ...items.flat()];
  return [
    id,
    ...paragraph(title),
    '',
    ...paragraph(description),
    ...section('Threads', [item(threads.join(', '), '')]),
    ...section(
      'Parameters',
      parameters.map(({ name, range, description: what }) => item(`${name} (${range})`, what)),
    ),
    ...section(
      'Properties',
      properties.map((property) => item(property.id, property.statement)),
    ),
    ...section(
      'Expected, the first that fits',
      expected.map(
        ({ verdict, with: has, without, architectures, properties: violated, because }) =>
          item(
            [
              [verdict, ...violated].join(', '),
              ...(has.length === 0 ? [] : [`with ${has.map(named).join(' and ')}`]),
              ...(without.length === 0 ? [] : [`without ${without.map(named).join(' and ')}`]),
              ...(architectures === undefined ? [] : [`on ${architectures.join(', ')}`]),
            ].join(' '),
            because ?? '',
          ),
      ),
    ),
    ...section('Explore it', [
      commandLines(
        `pagerace compare ${id} --kernels ${document.kernels.join(',')} --arch ${document.architecture}`,
        pageWidth - 2,
      ).map((line) => `  ${line}`),
    ]),
  ].join('\n');
}

/** A patch in a sentence: the commit, if it was merged, and since when. */
function named({ id, commit, since }: Pick<Patch, 'id' | 'commit' | 'since'>): string {
  return commit === undefined ? id : `${id} (${commit.slice(0, 12)}, ${since ?? ''})`;
}
