import { readdirSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { judgeFile, type JudgeFileOptions } from './judge-file.js';
import { modelNamed } from './models.js';
import { type LitmusSummary, summarise, summaryText } from './summary.js';

export interface RunLitmusOptions extends JudgeFileOptions {
  /** One JSON object instead of herd7's lines. */
  readonly json?: boolean;
}

/** Where the output goes. */
export interface LitmusIo {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

/**
 * Every file `*.litmus` at or below these paths, sorted within each. A directory to which more than one way
 * leads by symbolic links, perhaps out of itself, counts once.
 */
export function litmusFiles(paths: readonly string[]): string[] {
  const seen = new Set<string>();
  return paths.flatMap((path) => {
    if (!statSync(path).isDirectory()) return [path];
    const files: string[] = [];
    const links: string[] = [];
    const walk = (folder: string): void => {
      const real = realpathSync(folder);
      if (seen.has(real)) return;
      seen.add(real);
      for (const entry of readdirSync(folder, { withFileTypes: true })) {
        const inside = join(folder, entry.name);
        if (entry.isDirectory()) walk(inside);
        else if (entry.isSymbolicLink() && isDirectory(inside)) links.push(inside);
        else if (entry.name.endsWith('.litmus')) files.push(inside);
      }
    };
    walk(path);
    // What has a path without a link is told by that.
    for (const link of links) walk(link);
    return files.sort();
  });
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/**
 * Judges tests, and directories of them, one after the other; prints each verdict as it comes and a summary
 * of several. A file that cannot be judged stops nothing.
 *
 * @throws RangeError if there is no model of the name asked for.
 */
export function runLitmus(
  paths: readonly string[],
  options: RunLitmusOptions,
  io: LitmusIo,
): LitmusSummary {
  if (options.model !== undefined) modelNamed(options.model);
  const files = litmusFiles(paths);
  const outcomes = files.map((file) => {
    const { outcome, text } = judgeFile(file, options);
    if (outcome.kind !== 'judged') io.err(`${outcome.reason}\n`);
    else if (!options.json) io.out(text);
    return outcome;
  });
  const summary = summarise(outcomes, files.length);
  if (options.json) io.out(`${JSON.stringify(summary, null, 2)}\n`);
  else if (files.length > 1) io.out(summaryText(summary));
  return summary;
}
