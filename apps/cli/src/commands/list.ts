import { hasPatch, newerCode, type Registry, standingProperties } from '@pagerace/kernel';
import { catalogueDocument, type CatalogueEntry, json, pageWidth, wrap } from '@pagerace/report';
import { ExitCode } from '../exit-code.js';
import type { Session } from '../session.js';

/** What can be listed, in the order in which a user needs it. */
export const listed = [
  'scenarios',
  'properties',
  'kernels',
  'patches',
  'functions',
  'architectures',
  'models',
] as const;
export type Listed = (typeof listed)[number];

/** Lists what can be chosen. */
export function list(kind: Listed | undefined, { registry, terminal, options }: Session): ExitCode {
  const kinds = kind === undefined ? listed : [kind];
  const catalogue = kinds.map((one) => [one, entries(registry, one)] as const);
  if (options.json) terminal.out(json(catalogueDocument(Object.fromEntries(catalogue))));
  else
    terminal.out(
      catalogue.map(([one, things]) => section(one, things, kind === undefined)).join('\n\n'),
    );
  return ExitCode.success;
}

function entries(registry: Registry, kind: Listed): readonly CatalogueEntry[] {
  switch (kind) {
    case 'scenarios':
      return registry.scenarios.map((scenario) => {
        const { id, title, description, properties, parameters, defaultArchitecture } = scenario;
        return {
          id,
          title,
          description,
          ...(defaultArchitecture === undefined ? {} : { defaultArchitecture }),
          properties: properties.map(({ id: property, statement }) => ({
            id: property,
            statement,
          })),
          parameters: Object.entries(parameters).map(([name, { description: what, range }]) => ({
            name,
            description: what,
            range,
          })),
        };
      });
    case 'properties': {
      const all = [
        ...registry.scenarios.flatMap(({ properties }) => properties),
        ...standingProperties,
      ];
      const statements = new Map(all.map(({ id, statement }) => [id, statement]));
      return [...statements].map(([id, title]) => ({ id, title }));
    }
    case 'kernels':
      return registry.kernels.map((kernel, nth, { [nth - 1]: before }) => {
        const patches = registry.patches.filter((one) => hasPatch(kernel, one));
        return {
          id: kernel.id,
          title: kernel.title,
          patches: patches.map((one) => one.id),
          brings: patches
            .filter((one) => before === undefined || !hasPatch(before, one))
            .map((one) => one.id),
          newerCode: newerCode(registry.histories, kernel),
        };
      });
    case 'patches':
      return registry.patches.map(({ id, title, commit, since, url }) => ({
        id,
        title,
        merged: commit !== undefined,
        ...(commit === undefined ? {} : { commit }),
        ...(since === undefined ? {} : { since }),
        ...(url === undefined ? {} : { url }),
      }));
    case 'functions':
      return registry.histories.map(({ code, since, variants }) => ({
        id: code,
        title: code,
        since,
        forms: variants.slice(1).map(({ origin, patch, since: from, name }) => ({
          origin,
          patch: patch!.id,
          ...(from === undefined ? {} : { since: from }),
          form: name,
        })),
      }));
    case 'architectures':
      // All but the classes that it provides.
      return registry.architectures.map(({ provides: _, histories: __, ...facts }) => facts);
    case 'models':
      return registry.models.map(({ id, title, source }) => ({ id, title, source }));
  }
}

function section(kind: Listed, things: readonly CatalogueEntry[], titled: boolean): string {
  const width = Math.min(40, Math.max(0, ...things.map(({ id }) => id.length)));
  const lines = things.flatMap((thing) => {
    const [first = '', ...rest] = wrap(words(thing), pageWidth - width - 4);
    const head =
      thing.id.length > width
        ? [`  ${thing.id}`, `  ${' '.repeat(width)}  ${first}`]
        : [`  ${thing.id.padEnd(width)}  ${first}`];
    return [...head, ...rest.map((line) => `  ${' '.repeat(width)}  ${line}`)].map((line) =>
      line.trimEnd(),
    );
  });
  if (!titled) return lines.map((line) => line.slice(2)).join('\n');
  return [`${kind}:`, ...(lines.length === 0 ? ['  none'] : lines)].join('\n');
}

function words({
  id,
  title,
  merged,
  commit,
  since,
  brings,
  forms,
  newerCode: newer,
  model,
  clearBeforeLoad,
  tlbFlush,
  thp,
  fastGup,
  rcuTableFree,
  properties,
  parameters,
  defaultArchitecture,
}: CatalogueEntry): string {
  const facts = [
    title === id ? [] : [title],
    merged === false ? ['not merged'] : [],
    commit === undefined ? [] : [`commit ${commit.slice(0, 12)}`],
    since === undefined ? [] : [`${forms === undefined ? 'since' : 'as of'} ${since}`],
    brings === undefined || brings.length === 0 ? [] : [`brings ${brings.join(', ')}`],
    (forms ?? []).map(
      ({ origin, patch, since: from }) =>
        `${patch} (${from ?? (origin === 'posted' ? 'posted' : 'of no release')})`,
    ),
    newer === undefined || newer.length === 0
      ? []
      : [`modelled as of a later release: ${newer.join('; ')}`],
    model === undefined ? [] : [`model: ${model}`],
    clearBeforeLoad === undefined ? [] : [`a cleared pte before a later load: ${clearBeforeLoad}`],
    tlbFlush === undefined
      ? []
      : [`TLB flush: ${tlbFlush.by}${tlbFlush.deferred ? ', deferred in reclaim' : ''}`],
    available('THP', thp),
    available('GUP-fast', fastGup),
    available('RCU-freed page tables', rcuTableFree),
    properties === undefined || properties.length === 0
      ? []
      : [`properties: ${properties.map((property) => property.id).join(', ')}`],
    parameters === undefined || parameters.length === 0
      ? []
      : [`parameters: ${parameters.map(({ name, range }) => `${name} (${range})`).join(', ')}`],
    defaultArchitecture === undefined ? [] : [`by default on ${defaultArchitecture}`],
  ];
  return facts.flat().join('; ');
}

function available(what: string, facts: boolean | string | undefined): readonly string[] {
  if (facts === undefined || facts === false) return [];
  return [facts === true ? what : `${what} ${facts}`];
}
