import { Fence } from '@pagerace/explorer';
import { type OrderingSite, overrideName } from '@pagerace/machine';
import { marks, pageWidth, type Tone, toneOf, verdictText, wrap } from '@pagerace/report';
import type { Analysis, SiteFinding, Weakest } from './analysis.js';
import { type BarriersReport, type MachineReport, type SiteReport, sitesOf } from './report.js';

export interface BarriersTextOptions {
  /** Colours a line that is already in its place; by default it stays plain. */
  readonly paint?: (text: string, tone: Tone) => string;
  /** No line is longer; default {@link pageWidth}. */
  readonly width?: number;
}

/** Which barriers are needed where, and the weakest that will do. */
export function barriersText(report: BarriersReport, options: BarriersTextOptions = {}): string {
  const { paint = (text: string) => text, width = pageWidth } = options;
  const [notable, unneeded] = partition(sitesOf(report), isNotable);
  const blocks = [
    ...notable.map((site) => section(site.name, statements(site, report.meant?.get(site.name)))),
    section(
      'Not needed on any of these machines, as far as this scenario goes:',
      unneeded.map(({ name }) => ({ text: name })),
    ),
    section('The weakest that is safe keeps', weakestRows(report)),
    section(
      'Given by hardware and wake-ups, not by barriers of the kernel, and never weakened:',
      standInRows(report),
    ),
    section(
      'What orders the entry that reclaim clears before later loads, where no smp_mb is needed:',
      givenRows(notable),
    ),
    section(
      'Nothing can be said of barriers where the kernel as it is was not verified:',
      baselineRows(report),
    ),
    section(
      'The scenario cannot be had on',
      (report.misfits ?? []).map(({ name, because }) => ({ text: `${name}: ${because}` })),
    ),
  ];
  const lines = ({ text, tone, depth = 1 }: Row): string[] =>
    wrap(tone === undefined ? text : `${marks[tone]} ${text}`, width - 2 * depth, 4).map(
      (line) => '  '.repeat(depth) + (tone === undefined ? line : paint(line, tone)),
    );
  return blocks
    .filter((block) => block.length > 0)
    .map((block) => block.flatMap(lines).join('\n'))
    .join('\n\n');
}

/** What is said in one place; it may take several lines. */
interface Row {
  readonly text: string;
  /** Marks it, and colours it. */
  readonly tone?: Tone;
  /** How far it is indented; default 1. */
  readonly depth?: number;
}

function section(title: string, rows: readonly Row[]): readonly Row[] {
  return rows.length === 0 ? [] : [{ text: title, depth: 0 }, ...rows];
}

function baselineRows({ machines }: BarriersReport): Row[] {
  return machines
    .filter(({ analysis }) => analysis.weakest === undefined)
    .map(({ name, analysis: { baseline } }) => {
      const isError = baseline.verdict === 'model error';
      const text = isError ? `${baseline.verdict}: ${baseline.covers}` : verdictText(baseline);
      return { text: `${name}: ${text}`, tone: toneOf(baseline) };
    });
}

function partition<T>(all: readonly T[], is: (one: T) => boolean): [T[], T[]] {
  return [all.filter(is), all.filter((one) => !is(one))];
}

/** Whether there is more to say of a site than that it is needed nowhere. */
function isNotable({ met, notMet, name }: SiteReport): boolean {
  const isArchitectures = name.startsWith('arch/');
  return (
    met.some(({ finding }) => finding.need !== 'not needed' || finding.insteadOf.length > 0) ||
    (notMet.length > 0 && !isArchitectures) ||
    met.length === 0
  );
}

const tones: Readonly<Record<SiteFinding['need'], Tone>> = {
  needed: 'bad',
  'not needed': 'good',
  unknown: 'unclear',
};

/** What is to be said of a site, in one statement for all machines of which it is true. */
function statements({ name, met, notMet }: SiteReport, meant: string | undefined): Row[] {
  const machines = new Map<string, { tone: Tone; names: string[] }>();
  const say = (tone: Tone, need: string, more: string, machine: MachineReport): void => {
    const key = `${need} on %${more}`;
    const known = machines.get(key);
    if (known === undefined) machines.set(key, { tone, names: [machine.name] });
    else known.names.push(machine.name);
  };
  for (const need of ['needed', 'unknown', 'not needed'] as const) {
    for (const { machine, finding } of met) {
      if (finding.need === need) say(tones[need], need, more(finding), machine);
    }
  }
  if (met.length === 0) {
    const hint = meant === undefined ? '' : `; did you mean ${meant}?`;
    return [
      { tone: 'unclear', text: `never met: the scenario runs no code with such a site${hint}` },
    ];
  }
  if (!name.startsWith('arch/')) {
    for (const machine of notMet) say('unclear', 'not met', '', machine);
  }
  return [...machines].map(([key, { tone, names }]) => ({
    tone,
    text: key.replace('%', () => names.join(', ')),
  }));
}

function more({ need, alone, insteadOf }: SiteFinding): string {
  const named = (safety: string): string[] =>
    alone.filter((one) => one.safety === safety).map(({ override }) => overrideName(override));
  switch (need) {
    case 'not needed':
      return insteadOf.length === 0 ? '' : `: ${insteadOf.join(' or ')} orders the same`;
    case 'unknown':
      return `: ${verdictText(alone[0]!.result)}`;
    case 'needed': {
      const properties = new Set(alone[0]!.result.violations.map(({ property }) => property));
      const enough = named('safe');
      const undecided = named('unknown');
      return [
        ` for ${[...properties].join(', ')}`,
        enough.length > 0 ? `; ${enough.join(' or ')} is enough` : '',
        undecided.length > 0 ? `; whether ${undecided.join(' or ')} is enough is unknown` : '',
      ].join('');
    }
  }
}

function weakestRows({ machines }: BarriersReport): Row[] {
  const told = new Map<string, { readonly names: string[]; readonly sites: readonly string[] }>();
  for (const { name, analysis } of machines) {
    // Nothing is kept where nothing was met.
    if (analysis.weakest === undefined || analysis.sites.length === 0) continue;
    const sites = weakestSites(analysis, analysis.weakest);
    const known = told.get(sites.join());
    if (known === undefined) told.set(sites.join(), { names: [name], sites });
    else known.names.push(name);
  }
  return [...told.values()].flatMap(({ names, sites }) => [
    { text: `${names.join(', ')}:${sites.length === 0 ? ' none' : ''}` },
    ...sites.map((text) => ({ text, depth: 2 })),
  ]);
}

/** The sites that a weakest assignment keeps, and as what. */
function weakestSites({ sites }: Analysis, { assignment, undecided }: Weakest): string[] {
  return sites.flatMap(({ site: { name } }) => {
    const override = assignment.get(name);
    if (override?.kind === 'dropped') return [];
    const as = override === undefined ? '' : ` as ${overrideName(override)}`;
    return [`${name}${as}${undecided.includes(name) ? ', or less' : ''}`];
  });
}

function standInRows({ machines }: BarriersReport): Row[] {
  const all = machines.flatMap(({ analysis }) => analysis.standIns);
  return [...new Map(all.map(({ name, standsFor = '' }) => [name, standsFor]))]
    .sort()
    .map(([name, standsFor]) => ({ text: `${name}: ${standsFor}` }));
}

/**
 * What the architectures give on which reclaim needs no full fence behind the clearing of an entry, though
 * another machine does.
 */
function givenRows(sites: readonly SiteReport[]): Row[] {
  const given = new Map<string, string[]>();
  for (const { name, met } of sites) {
    if (!name.startsWith('mm/rmap.c:try_to_unmap')) continue;
    if (!met.some(({ finding: { need, site } }) => need === 'needed' && isFullFence(site)))
      continue;
    for (const { machine, finding } of met) {
      const { clearBeforeLoad } = machine;
      if (finding.need !== 'not needed' || clearBeforeLoad === undefined) continue;
      const names = given.get(clearBeforeLoad) ?? [];
      given.set(clearBeforeLoad, [...new Set([...names, machine.name])]);
    }
  }
  return [...given].map(([what, names]) => ({ text: `${names.join(', ')}: ${what}` }));
}

function isFullFence({ written }: OrderingSite): boolean {
  return written.kind === 'fence' && written.fence === Fence.full;
}
