/** What every command can be given. */
export interface GlobalOptions {
  /** The result as one JSON document on stdout; progress as NDJSON on stderr. */
  readonly json?: boolean;
  /** No progress. */
  readonly quiet?: boolean;
  readonly color: boolean;
  /** Shows stack traces. */
  readonly debug?: boolean;
  /** Modules of further plug-ins. */
  readonly plugin?: readonly string[];
}
