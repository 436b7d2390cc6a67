import { createColors } from 'picocolors';
import type { Tone } from '@pagerace/report';

/** Where results and messages go. */
export interface Terminal {
  /** Results: what the user asked for. */
  readonly out: (text: string) => void;
  /** Everything else. */
  readonly err: (text: string) => void;
  /** Colours a text of a result by how good the news is; plain where there are to be no colours. */
  readonly paint: (text: string, tone: Tone) => string;
  /** Writes a line of progress over the one before; undefined where that is not possible. */
  readonly overwrite: ((line: string) => void) | undefined;
  /** Characters in a line of progress. */
  readonly columns: number;
}

/**
 * Whether to colour, by the rules that users know: `--no-color` and NO_COLOR forbid it, FORCE_COLOR
 * demands it, and otherwise it depends on whether somebody is looking.
 *
 * @param isTerminal a stream's `isTTY`, which is undefined for a pipe or a file
 */
export function wantsColours(
  asked: boolean,
  environment: NodeJS.ProcessEnv,
  isTerminal: boolean | undefined,
): boolean {
  if (!asked || (environment.NO_COLOR ?? '') !== '') return false;
  const forced = environment.FORCE_COLOR ?? '';
  if (forced !== '') return forced !== '0' && forced !== 'false';
  return isTerminal === true && environment.TERM !== 'dumb';
}

/** The process's own terminal. */
export function processTerminal(colours: boolean): Terminal {
  const { stdout, stderr } = process;
  const colour = createColors(wantsColours(colours, process.env, stdout.isTTY));
  const tones: Readonly<Record<Tone, (text: string) => string>> = {
    good: colour.green,
    bad: colour.red,
    unclear: colour.yellow,
    error: colour.magenta,
  };
  return {
    out: (text) => void stdout.write(`${text}\n`),
    err: (text) => void stderr.write(`${text}\n`),
    paint: (text, tone) => tones[tone](text),
    overwrite:
      stderr.isTTY && process.env.TERM !== 'dumb'
        ? (line) => void stderr.write(`\r\u001b[2K${line}`)
        : undefined,
    // A terminal that was never told its size has none.
    columns: stderr.isTTY && stderr.columns > 0 ? stderr.columns : 100,
  };
}
