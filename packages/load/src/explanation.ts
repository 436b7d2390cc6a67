import { type Difference, differenceIn, type FioReport } from './fio-report.js';

/** How many pages or requests are named, of many. */
const NAMED = 8;

/** What /proc/vmstat shows, and what its difference is made of: lines for a reader. */
export function explanation(report: FioReport): readonly string[] {
  const { vmstat } = report;
  const difference = differenceIn(report);
  return [
    ...(difference === undefined
      ? [`${report.kernel} counts nothing of get_user_pages() in /proc/vmstat.`]
      : [
          `$ cat /proc/vmstat | grep ${vmstat.length === 2 ? 'foll_pin' : 'gup'}`,
          ...vmstat.map(({ name, value }) => `${name} ${String(value)}`),
          '',
          ...sums(report, difference),
        ]),
    ...pages(report),
  ];
}

function sums(report: FioReport, difference: Difference): readonly string[] {
  const { counted, reader, vmstat } = report;
  const [requested, returned] =
    vmstat.length === 2
      ? ['Pins acquired:', 'Pins released:']
      : ['Total gup requests (slow + fast):', 'Total put_user_page calls:'];
  const lines = [
    `${requested.padEnd(33)} ${number(difference.requested)}`,
    `${returned.padEnd(33)} ${number(difference.returned)}`,
    '',
  ];
  if (!counted) {
    lines.push(
      'Direct I/O of this kernel takes FOLL_GET references, which these counters leave out: a7e689dd1c06 (v6.5) pins.',
    );
    return lines;
  }
  lines.push(`Difference: ${signed(difference.difference)}`);
  if (difference.unfolded !== 0)
    lines.push(
      `  ${signed(difference.unfolded)} by the race of reading: CPUs have yet to add what they counted (vm_node_stat_diff)`,
    );
  if (difference.outstanding !== 0)
    lines.push(
      `  ${signed(difference.outstanding)} by references that are held still, as counts of pages say`,
    );
  if (difference.unexplained !== 0)
    lines.push(
      `  ${signed(difference.unexplained)} that no reference explains: ${inDifferentWays(report)}`,
    );
  if (difference.unexplained === 0)
    lines.push(
      'The identity holds: what CPUs counted as requested, less what they counted as returned, is what is held.',
    );
  if (reader !== undefined)
    lines.push(
      `While the job ran, ${number(reader.times)} readers found differences from ${signed(reader.least)} to ${signed(reader.most)}.`,
    );
  return lines;
}

function inDifferentWays({ job, vmstat }: FioReport): string {
  return job.huge && vmstat.length > 2
    ? 'gup_huge_pmd() counts a huge entry once, and put_user_page() each page that it gave out'
    : 'what is counted as requested and as returned does not match';
}

function pages({ differing, held, leaked, odd }: FioReport): readonly string[] {
  const lines: string[] = [];
  if (differing > 0)
    lines.push(`After ${number(differing)} reads the process loaded what the device has not.`);
  if (held.length > 0)
    lines.push(
      `Held: ${some(held.map(({ page, references }) => `${page} (${number(references)})`))}.`,
    );
  if (leaked.length > 0)
    lines.push(
      `A call site does not match: bio_release_pages() kept the pages of request ${some(leaked.map(number))} (injected).`,
    );
  if (odd.length > 0)
    lines.push(`Counts that cannot be: ${some(odd.map(({ page, what }) => `${page}: ${what}`))}.`);
  return lines.length === 0 ? [] : ['', ...lines];
}

function some(all: readonly string[]): string {
  const rest = all.length - NAMED;
  const named = all.slice(0, NAMED).join(', ');
  return rest > 0 ? `${named} and ${number(rest)} more` : named;
}

function number(value: number): string {
  return value.toLocaleString('en-US');
}

function signed(value: number): string {
  return value > 0 ? `+${number(value)}` : number(value);
}
