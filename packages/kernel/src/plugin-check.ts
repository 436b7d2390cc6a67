import type { Verdict } from '@pagerace/explorer';
import { nearest } from './nearest.js';
import type { Plugin } from './plugin.js';
import type { Expectation, MachineSize } from './scenario.js';

/** A plug-in is at fault: it is not what it should be, or threw. */
export class PluginError extends Error {
  override readonly name = 'PluginError';
}

/** What a member must be: a word for messages, and the test. */
interface Shape {
  readonly is: string;
  readonly fits: (value: unknown) => boolean;
}

const text: Shape = { is: 'a text', fits: (value) => typeof value === 'string' && value !== '' };
const textIfAny: Shape = {
  is: 'a text or left out',
  fits: (value) => value === undefined || text.fits(value),
};
const callable: Shape = { is: 'a function', fits: (value) => typeof value === 'function' };
const record: Shape = {
  is: 'an object',
  fits: (value) => typeof value === 'object' && value !== null,
};
const verdicts: readonly Verdict[] = [
  'verified',
  'violated',
  'deadlock',
  'vacuous',
  'bounded',
  'model error',
];
const verdict: Shape = {
  is: `one of ${verdicts.join(', ')}`,
  fits: (value) => verdicts.includes(value as Verdict),
};
const list: Shape = { is: 'a list', fits: Array.isArray };
const textsIfAny: Shape = {
  is: 'a list of texts or left out',
  fits: (value) => value === undefined || (Array.isArray(value) && value.every(text.fits)),
};
const patchesIfAny: Shape = {
  is: 'a list of patches, as commit() and definePatch() make them',
  fits: (value) =>
    value === undefined ||
    (Array.isArray(value) &&
      value.every((one: unknown) => record.fits(one) && text.fits((one as { id?: unknown }).id))),
};
const expectationMembers: readonly (keyof Expectation)[] = [
  'with',
  'without',
  'architectures',
  'verdict',
  'properties',
  'because',
];

/** What makes a thing of a kind, and what it must have; `[]` after a name is each thing of a list. */
const kinds: Readonly<
  Record<Exclude<keyof Plugin, 'id'>, readonly [maker: string, Readonly<Record<string, Shape>>]>
> = {
  scenarios: [
    'defineScenario',
    {
      id: text,
      title: text,
      description: text,
      parameters: record,
      properties: list,
      'properties[].id': text,
      defaultArchitecture: textIfAny,
      expected: list,
      'expected[].verdict': verdict,
      'expected[].with': patchesIfAny,
      'expected[].without': patchesIfAny,
      'expected[].architectures': textsIfAny,
      machineSize: callable,
      build: callable,
    },
  ],
  patches: [
    'definePatch',
    { id: text, title: text, provides: list, 'provides[].override': callable },
  ],
  kernels: [
    'defineKernel',
    { id: text, title: text, release: text, adds: list, 'adds[].id': text, without: list },
  ],
  architectures: [
    'defineArchitecture',
    {
      id: text,
      title: text,
      model: text,
      provides: list,
      'provides[].bind': callable,
      histories: list,
    },
  ],
  models: [
    'defineModel',
    {
      id: text,
      title: text,
      source: text,
      floor: callable,
      isConsistent: callable,
      added: callable,
    },
  ],
};

/**
 * Looks at a plug-in from outside, of which no compiler may have seen the types.
 *
 * @param name what to call the plug-in in messages
 * @throws {PluginError} that names the member that is wrong, and what would be right
 */
export function checkPlugin(plugin: unknown, name: string): asserts plugin is Plugin {
  const must = (value: unknown, where: string, { is, fits }: Shape, hint = ''): void => {
    if (fits(value)) return;
    throw new PluginError(
      `the plug-in ${name}: ${where} must be ${is}, and is ${shown(value)}${hint}`,
    );
  };
  must(plugin, 'its default export', record, '; definePlugin() makes a plug-in');
  const members = plugin as Readonly<Record<string, unknown>>;
  must(members.id, 'id', text);
  mustKnow(members, `the plug-in ${name}: `, 'a plug-in', ['id', ...Object.keys(kinds)]);
  for (const [kind, [maker, shapes]] of Object.entries(kinds)) {
    const things = members[kind];
    if (things === undefined) continue;
    must(things, kind, list);
    const hint = `; ${maker}() makes it right`;
    (things as readonly unknown[]).forEach((thing, nth) => {
      const where = `${kind}[${String(nth)}]`;
      must(thing, where, record, hint);
      const has = thing as Readonly<Record<string, unknown>>;
      for (const [member, shape] of Object.entries(shapes)) {
        const [outer = '', inner] = member.split('[].');
        if (inner === undefined) must(has[outer], `${where}.${outer}`, shape, hint);
        else
          (has[outer] as readonly unknown[]).forEach((one, at) => {
            const within = `${where}.${outer}[${String(at)}]`;
            must(one, within, record, hint);
            if (outer === 'expected')
              mustKnow(
                one as object,
                `the plug-in ${name}: ${within}.`,
                'an expectation',
                expectationMembers,
              );
            must(
              (one as Readonly<Record<string, unknown>>)[inner],
              `${within}.${inner}`,
              shape,
              hint,
            );
          });
      }
    });
  }
}

/** @throws {PluginError} for a member that a thing of that kind does not have */
function mustKnow(thing: object, at: string, kind: string, known: readonly string[]): void {
  const member = Object.keys(thing).find((one) => !known.includes(one));
  if (member === undefined) return;
  const like = nearest(member, known);
  throw new PluginError(
    `${at}${member} is nothing that ${kind} has; ` +
      (like === undefined ? `it has ${known.join(', ')}` : `did you mean ${like}?`),
  );
}

const sizes: Readonly<Record<keyof MachineSize, 'number' | 'boolean'>> = {
  cpus: 'number',
  pages: 'number',
  pageTableLevels: 'number',
  devicePages: 'number',
  hugePages: 'number',
  hpagePmdNr: 'number',
  tlb: 'boolean',
  pinBias: 'number',
  refcountBits: 'number',
  debugVm: 'boolean',
  statThreshold: 'number',
};

/**
 * Looks at the machine that a scenario asks for.
 *
 * @throws {PluginError} that names the scenario and the member, and what would be right
 */
export function checkMachine(scenario: string, size: MachineSize): void {
  const at = `the scenario ${scenario}: machine`;
  const found = size as unknown;
  if (typeof found !== 'object' || found === null)
    throw new PluginError(`${at} is ${String(found)}, and not { cpus, pages }`);
  mustKnow(found, `${at}.`, 'a machine', Object.keys(sizes));
  for (const [member, type] of Object.entries(sizes)) {
    const value = (found as Readonly<Record<string, unknown>>)[member];
    if (value === undefined && member !== 'cpus' && member !== 'pages') continue;
    const fits = type === 'boolean' ? typeof value === type : Number.isInteger(value);
    if (fits) continue;
    throw new PluginError(
      `${at}.${member} must be ${type === 'boolean' ? 'true or false' : 'a whole number'}, and is ${shown(value)}`,
    );
  }
}

/** A value as a message shows it. */
function shown(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return value === '' ? 'an empty text' : `the text '${value}'`;
    case 'object':
      if (Array.isArray(value))
        return value.length === 0 ? 'an empty list' : `a list with ${shown(value[0])}`;
      return value === null ? 'null' : 'an object';
    case 'function':
    case 'symbol':
      return `a ${typeof value}`;
    default:
      return String(value);
  }
}
