import { json, traceDocument } from '@pagerace/report';
import { timeline } from '@pagerace/report/timeline';
import { type Explored, nameOf, type Platform, replayPair, subjectOf } from './exploring.js';
import type { Finding } from './judging.js';
import type { Pair } from './pair.js';

/** What `--json` prints of one exploration, in one line. */
export function explorationLine(explored: Explored, findings: readonly Finding[]): string {
  const { pair, platform, result } = explored;
  return JSON.stringify({
    format: 'pagerace.pair',
    version: 1,
    state: pair.state.id,
    first: pair.first.id,
    second: pair.second.id,
    ...subjectOf(pair, platform),
    verdict: result.verdict,
    complete: result.complete,
    executions: result.executions,
    milliseconds: Math.round(result.milliseconds),
    findings: findings.map(({ knownRace, ...finding }) => ({
      ...finding,
      ...(knownRace === undefined
        ? {}
        : { knownRace: { mendedBy: knownRace.mendedBy, reason: knownRace.reason } }),
    })),
  });
}

/** A finding, and the command that shows it. */
export function findingLines({ pair, platform }: Explored, finding: Finding): readonly string[] {
  const { property, message, execution, knownRace, because } = finding;
  const mark = knownRace === undefined ? '✗' : 'known:';
  const tail =
    knownRace === undefined
      ? because === undefined
        ? ''
        : ` (no known race: ${because})`
      : `; ${knownRace.mendedBy} mends it: ${knownRace.reason}`;
  return [
    `${mark} ${pair.state.id}: ${nameOf(pair)} on ${titleOf(platform)}: ${property}: ${message}${tail}`,
    ...(execution === undefined ? [] : [`  ${replayCommand(pair, platform, execution)}`]),
  ];
}

export function titleOf({ kernel, architecture }: Platform): string {
  return `${kernel} ${architecture}`;
}

/** What `--replay` prints: the timeline of the execution, or its trace as JSON. */
export function replayText(pair: Pair, platform: Platform, id: string, asJson: boolean): string {
  const trace = replayPair(pair, platform, id);
  const subject = subjectOf(pair, platform);
  if (asJson) return json(traceDocument(subject, id, trace));
  const { scenario, kernel, architecture, model } = subject;
  return timeline(trace, {
    title: `${scenario} on ${kernel}, ${architecture} (${model})`,
    model,
    id,
    replay: replayCommand(pair, platform, id),
  });
}

function replayCommand(pair: Pair, { kernel, architecture }: Platform, id: string): string {
  return (
    `npm run test:pairs -- --states ${pair.state.id} --pairs '${pair.first.id}|${pair.second.id}' ` +
    `--kernels ${kernel} --arch ${architecture} --replay ${id}`
  );
}
