import type { Result, ViolationReport } from '@pagerace/explorer';
import { overrideName } from '@pagerace/machine';
import { documentVersion } from '@pagerace/report';
import type { Analysis, SiteFinding } from './analysis.js';
import { type BarriersReport, isAnswered, type MachineReport } from './report.js';

/** What becomes of the kernel when one site alone is weakened. */
export interface WeakeningDocument extends Pick<Result, 'verdict' | 'covers'> {
  /** `dropped`, `smp_rmb`, `smp_wmb`, `acquire` or `release`. */
  readonly to: string;
  readonly safety: SiteFinding['alone'][number]['safety'];
  /** Where it goes wrong, and the command that shows it. */
  readonly counterexample?: ViolationReport & { readonly replay: string };
}

export interface SiteDocument {
  readonly name: string;
  /** What the kernel has there: `smp_mb`, `full`, … */
  readonly written: string;
  readonly need: SiteFinding['need'];
  readonly weakenings: readonly WeakeningDocument[];
  /** Sites that could take its place: one of the two is needed. */
  readonly insteadOf: readonly string[];
}

export interface MachineDocument {
  readonly architecture: string;
  readonly model: string;
  /** Of the kernel as it is; unless it is verified there is nothing else. */
  readonly verdict: Result['verdict'];
  readonly covers: string;
  readonly explorations: number;
  readonly sites: readonly SiteDocument[];
  /** What stands for hardware or a wake-up, is no barrier of the kernel, and is never weakened. */
  readonly standIns: readonly { readonly name: string; readonly standsFor: string }[];
  /** What stands in the place of which site, where not what is written there. */
  readonly weakest?: {
    readonly assignment: Readonly<Record<string, string>>;
    readonly undecided: readonly string[];
  };
}

/** The barriers of a kernel on several machines. */
export interface BarriersDocument {
  readonly format: 'pagerace.barriers';
  readonly version: typeof documentVersion;
  readonly scenario: string;
  readonly kernel: string;
  /** Whether every site was judged on every machine that was asked for. */
  readonly complete: boolean;
  readonly machines: readonly MachineDocument[];
  /** Machines on which the scenario cannot be had, and why; left out if there is none. */
  readonly misfits?: BarriersReport['misfits'];
}

/**
 * @param isComplete whether every machine that was asked for is in the report
 * @param replay the command that replays an execution of the kernel with one site weakened
 */
export function barriersDocument(
  report: BarriersReport,
  isComplete: boolean,
  replay: (machine: MachineReport, weakened: string, id: string) => string,
): BarriersDocument {
  return {
    format: 'pagerace.barriers',
    version: documentVersion,
    scenario: report.scenario,
    kernel: report.kernel,
    complete: isComplete && isAnswered(report),
    machines: report.machines.map((machine) => {
      const { analysis, subject } = machine;
      return {
        architecture: subject.architecture,
        model: subject.model,
        verdict: analysis.baseline.verdict,
        covers: analysis.baseline.covers,
        explorations: analysis.explorations,
        sites: analysis.sites.map((finding) =>
          siteDocument(finding, (weakened, id) => replay(machine, weakened, id)),
        ),
        standIns: analysis.standIns.map(({ name, standsFor = '' }) => ({ name, standsFor })),
        ...weakestDocument(analysis),
      };
    }),
    ...(report.misfits === undefined ? {} : { misfits: report.misfits }),
  };
}

function siteDocument(
  { site, need, alone, insteadOf }: SiteFinding,
  replay: (weakened: string, id: string) => string,
): SiteDocument {
  return {
    name: site.name,
    written: overrideName(site.written),
    need,
    weakenings: alone.map(({ override, safety, result }) => {
      const to = overrideName(override);
      const [violation] = result.violations;
      return {
        to,
        safety,
        verdict: result.verdict,
        covers: result.covers,
        ...(safety === 'unsafe' && violation !== undefined
          ? {
              counterexample: {
                ...violation,
                replay: replay(`${site.name}=${to}`, violation.witness.id),
              },
            }
          : {}),
      };
    }),
    insteadOf,
  };
}

function weakestDocument({ weakest }: Analysis): Pick<MachineDocument, 'weakest'> {
  if (weakest === undefined) return {};
  const { assignment, undecided } = weakest;
  return {
    weakest: {
      assignment: Object.fromEntries(
        [...assignment].map(([name, override]) => [name, overrideName(override)]),
      ),
      undecided,
    },
  };
}
