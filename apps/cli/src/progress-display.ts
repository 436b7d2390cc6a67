import {
  type EventDocument,
  type ProgressFacts,
  jsonLine,
  progressEvent,
  progressLine,
  shorten,
  type Subject,
} from '@pagerace/report';
import type { GlobalOptions } from './global-options.js';
import type { Terminal } from './terminal.js';

/** Tells how explorations come along, on stderr. */
export interface ProgressDisplay {
  /** Milliseconds between two lines. */
  readonly interval: number;
  started(subject: Subject): void;
  progress(subject: Subject, progress: ProgressFacts): void;
  /** What is being done, where one exploration follows another. */
  activity(text: string): void;
  event(event: EventDocument): void;
  /** Makes room for other output. */
  clear(): void;
}

/** The display that fits how the program was called. */
export function progressDisplay(
  terminal: Terminal,
  options: Pick<GlobalOptions, 'json' | 'quiet'>,
): ProgressDisplay {
  if (options.quiet === true) return silent;
  if (options.json === true) return lineByLine(terminal);
  const { overwrite } = terminal;
  return overwrite === undefined ? occasional(terminal) : rewritten(terminal, overwrite);
}

const none = (): void => undefined;

const silent: ProgressDisplay = {
  interval: Infinity,
  started: none,
  progress: none,
  activity: none,
  event: none,
  clear: none,
};

/** NDJSON, for programs. */
function lineByLine(terminal: Terminal): ProgressDisplay {
  const event = (document: EventDocument): void => terminal.err(jsonLine(document));
  return {
    interval: 1000,
    started: (subject) => event({ event: 'started', ...subject }),
    progress: (subject, progress) => event(progressEvent(subject, progress)),
    activity: none,
    event,
    clear: none,
  };
}

/** One line that is written over each second, for somebody who watches. */
function rewritten({ columns }: Terminal, overwrite: (line: string) => void): ProgressDisplay {
  let isShown = false;
  return {
    interval: 1000,
    started: none,
    progress: (subject, progress) => {
      // A line as wide as the terminal would make some of them scroll.
      overwrite(label(subject, progress, columns - 1));
      isShown = true;
    },
    activity: (text) => {
      overwrite(shorten(text, columns - 1));
      isShown = true;
    },
    event: none,
    clear: () => {
      if (isShown) overwrite('');
      isShown = false;
    },
  };
}

/** A line now and then, for a log. */
function occasional(terminal: Terminal): ProgressDisplay {
  const interval = 30_000;
  let next = performance.now() + interval;
  return {
    interval,
    started: none,
    progress: (subject, progress) => terminal.err(label(subject, progress, terminal.columns)),
    activity: (text) => {
      if (performance.now() < next) return;
      next = performance.now() + interval;
      terminal.err(text);
    },
    event: none,
    clear: none,
  };
}

function label({ kernel, architecture }: Subject, progress: ProgressFacts, width: number): string {
  const full = `${kernel}, ${architecture}: `;
  const line = progressLine(progress, Infinity);
  return full.length + line.length <= width ? full + line : progressLine(progress, width);
}
