/** What the process ends with. Scripts depend on these numbers. */
export const ExitCode = {
  /** Everything was explored, and came out as it should. */
  success: 0,
  /** A violation was found, or something did not come out as the scenario expects. */
  violation: 1,
  /** The command line asks for something that does not exist or does not fit together. */
  usage: 2,
  /** pagerace or a plug-in is at fault: a model error, or an exception. */
  internal: 3,
  /** Not everything was explored, or the situation in question never arose: nothing is known. */
  inconclusive: 4,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** The same, for `--help`. */
export const exitCodeHelp = `
Exit codes:
  0  explored completely, and as it should be
  1  a violation was found, or something is not as the scenario expects
  2  the command line is wrong
  3  an internal error, or one of a model
  4  inconclusive: interrupted, bounded, or the situation never arose`;
