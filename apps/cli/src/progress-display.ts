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

/**
 * The display that fits how the program was called.
 *
 * @param total how many explorations there will be
 */
export function progressDisplay(
  terminal: Terminal,
  options: Pick<GlobalOptions, 'json' | 'quiet'>,
  total = 1,
): ProgressDisplay {
  if (options.quiet === true) return silent;
  if (options.json === true) return lineByLine(terminal);
  const { overwrite } = terminal;
  return overwrite === undefined ? occasional(terminal) : rewritten(terminal, overwrite, total);
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
function rewritten(
  { columns }: Terminal,
  overwrite: (line: string) => void,
  total: number,
): ProgressDisplay {
  let isShown = false;
  // A line as wide as the terminal would make some of them scroll.
  const width = columns - 1;
  const show = (line: string): void => {
    overwrite(line);
    isShown = true;
  };
  const running = new Map<string, ProgressFacts>();
  let ended = 0;
  return {
    interval: 1000,
    started: none,
    progress: (subject, progress) => {
      running.set(keyOf(subject), progress);
      const before = total > 1 ? `${String(ended)} of ${String(total)} done; ` : '';
      show(
        before +
          (running.size > 1
            ? progressLine(together([...running.values()]), width - before.length)
            : labelled(subject, progress, width - before.length)),
      );
    },
    activity: (text) => show(shorten(text, width)),
    event: (event) => {
      if (event.event !== 'ended') return;
      ended++;
      running.delete(keyOf(event));
    },
    clear: () => {
      if (isShown) overwrite('');
      isShown = false;
    },
  };
}

/** The progress of explorations that go on at the same time: what they need together, and still take. */
function together(all: readonly ProgressFacts[]): ProgressFacts {
  const sum = (of: (one: ProgressFacts) => number): number =>
    all.reduce((total, one) => total + of(one), 0);
  return {
    executions: sum(({ executions }) => executions),
    violating: sum(({ violating = 0 }) => violating),
    rate: sum(({ rate }) => rate),
    // One process has them all.
    memory: Math.max(...all.map(({ memory }) => memory)),
    milliseconds: Math.max(...all.map(({ milliseconds }) => milliseconds)),
  };
}

/** A line now and then, for a log. */
function occasional(terminal: Terminal): ProgressDisplay {
  const interval = 30_000;
  let next = performance.now() + interval;
  return {
    interval,
    started: none,
    progress: (subject, progress) => terminal.err(labelled(subject, progress, terminal.columns)),
    activity: (text) => {
      if (performance.now() < next) return;
      next = performance.now() + interval;
      terminal.err(text);
    },
    event: none,
    clear: none,
  };
}

function keyOf({ kernel, architecture, model }: Subject): string {
  return `${kernel} ${architecture} ${model}`;
}

function labelled(subject: Subject, progress: ProgressFacts, width: number): string {
  const full = `${subject.kernel}, ${subject.architecture}: `;
  const line = progressLine(progress, Infinity);
  return full.length + line.length <= width ? full + line : progressLine(progress, width);
}
