import type { Subject } from '@pagerace/report';
import type { Analysis, SiteFinding } from './analysis.js';

/** The barriers of a kernel on one machine: an architecture under a memory model. */
export interface MachineReport {
  /** How the machine is called: its architecture, and its model where that does not go without saying. */
  readonly name: string;
  readonly subject: Subject;
  readonly analysis: Analysis;
  /** What orders reclaim's clearing of a page-table entry before later loads; see ArchitectureFacts. */
  readonly clearBeforeLoad?: string;
}

/** The barriers of a kernel on several machines, as far as a scenario runs its code. */
export interface BarriersReport {
  readonly scenario: string;
  readonly kernel: string;
  readonly machines: readonly MachineReport[];
  /** Sites that were asked for; they are told even where they were not met. */
  readonly asked?: readonly string[];
  /** The site that may have been meant by one that was asked for and was met nowhere. */
  readonly meant?: ReadonlyMap<string, string>;
  /** Machines on which the scenario cannot be had, and why. */
  readonly misfits?: readonly { readonly name: string; readonly because: string }[];
}

/** One site on the machines that met it. */
export interface SiteReport {
  readonly name: string;
  readonly met: readonly { readonly machine: MachineReport; readonly finding: SiteFinding }[];
  readonly notMet: readonly MachineReport[];
}

/** Every site that was met on some machine, or asked for, by name. A stand-in for hardware is no site. */
export function sitesOf({ machines, asked = [] }: BarriersReport): SiteReport[] {
  // Of a machine on which the kernel itself goes wrong nothing is known.
  const judged = machines.filter(({ analysis }) => analysis.weakest !== undefined);
  if (judged.length === 0) return [];
  const names = judged.flatMap(({ analysis }) => analysis.sites.map(({ site }) => site.name));
  const standIns = new Set(
    judged.flatMap(({ analysis }) => analysis.standIns.map(({ name }) => name)),
  );
  const sites = asked.filter((name) => !standIns.has(name));
  return [...new Set([...names, ...sites])].sort().map((name) => {
    const met: { machine: MachineReport; finding: SiteFinding }[] = [];
    const notMet: MachineReport[] = [];
    for (const machine of judged) {
      const finding = machine.analysis.sites.find(({ site }) => site.name === name);
      if (finding === undefined) notMet.push(machine);
      else met.push({ machine, finding });
    }
    return { name, met, notMet };
  });
}

/** Whether everything that was asked is answered: each site was met somewhere, and judged wherever it was met. */
export function isAnswered(report: BarriersReport): boolean {
  return (
    report.machines.every(({ analysis }) => analysis.weakest?.undecided.length === 0) &&
    sitesOf(report).every(
      ({ met }) => met.length > 0 && met.every(({ finding }) => finding.need !== 'unknown'),
    )
  );
}
