import { Fence, type Result } from '@pagerace/explorer';
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
  const line = (text: string, tone?: Tone): string[] =>
    wrap(text, width - 2, 4).map((one) => `  ${tone === undefined ? one : paint(one, tone)}`);
  const sites = sitesOf(report);
  const [notable, unneeded] = partition(sites, isNotable);

  const blocks = [
    ...notable.map((site) => [
      site.name,
      ...statements(site).flatMap(({ text, tone }) => line(`${marks[tone]} ${text}`, tone)),
    ]),
    section(
      'Not needed on any of these machines, as far as this scenario goes:',
      unneeded.flatMap(({ name }) => line(name)),
    ),
    section('The weakest that is safe keeps', weakestLines(report, line)),
    section(
      'What orders a cleared page-table entry before later loads where smp_mb is not needed:',
      givenLines(notable, line),
    ),
    section(
      'Nothing can be said of barriers where the kernel as it is was not verified:',
      report.machines
        .filter(({ analysis }) => analysis.weakest === undefined)
        .flatMap(({ name, analysis: { baseline } }) => {
          const tone = toneOf(baseline);
          return line(`${marks[tone]} ${name}: ${baselineText(baseline)}`, tone);
        }),
    ),
    section(
      'The scenario cannot be had on',
      (report.misfits ?? []).flatMap(({ name, because }) => line(`${name}: ${because}`)),
    ),
  ];
  return blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n');
}

function baselineText(baseline: Result): string {
  return baseline.verdict === 'model error'
    ? `${baseline.verdict}: ${baseline.covers}`
    : verdictText(baseline);
}

type Line = (text: string, tone?: Tone) => string[];

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [title, ...lines];
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

interface Statement {
  readonly text: string;
  readonly tone: Tone;
}

const tones: Readonly<Record<SiteFinding['need'], Tone>> = {
  needed: 'bad',
  'not needed': 'good',
  unknown: 'unclear',
};

/** What is to be said of a site, in one statement for all machines of which it is true. */
function statements({ name, met, notMet }: SiteReport): Statement[] {
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
    return [{ tone: 'unclear', text: 'never met: the scenario runs no code with such a site' }];
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

function weakestLines({ machines }: BarriersReport, line: Line): string[] {
  const told = new Map<string, string[]>();
  for (const { name, analysis } of machines) {
    if (analysis.weakest === undefined) continue;
    const text = weakestSites(analysis, analysis.weakest).join('\n');
    told.set(text, [...(told.get(text) ?? []), name]);
  }
  return [...told].flatMap(([text, names]) => [
    ...line(`${names.join(', ')}: ${text === '' ? 'none' : ''}`),
    ...text.split('\n').flatMap((site) => line(site).map((one) => `  ${one}`)),
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

/** What the architectures give on which a portable full fence is not needed that another machine needs. */
function givenLines(sites: readonly SiteReport[], line: Line): string[] {
  const given = new Map<string, string[]>();
  for (const { name, met } of sites) {
    if (name.startsWith('arch/')) continue;
    if (!met.some(({ finding: { need, site } }) => need === 'needed' && isFullFence(site)))
      continue;
    for (const { machine, finding } of met) {
      const { clearBeforeLoad } = machine;
      if (finding.need !== 'not needed' || clearBeforeLoad === undefined) continue;
      const names = given.get(clearBeforeLoad) ?? [];
      given.set(clearBeforeLoad, [...new Set([...names, machine.name])]);
    }
  }
  return [...given].flatMap(([what, names]) => line(`${names.join(', ')}: ${what}`));
}

function isFullFence({ written }: OrderingSite): boolean {
  return written.kind === 'fence' && written.fence === Fence.full;
}
