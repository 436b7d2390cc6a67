/** A place in a test's text; both from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** A test that cannot be used as it stands; the message begins with `file:line:column: `. */
export abstract class LitmusError extends Error {
  readonly position: Position;

  constructor(
    readonly file: string,
    { line, column }: Position,
    readonly problem: string,
  ) {
    super(`${file}:${String(line)}:${String(column)}: ${problem}`);
    this.position = { line, column };
    this.name = new.target.name;
  }
}

/** Text that is no litmus test. */
export class LitmusSyntaxError extends LitmusError {
  constructor(
    file: string,
    position: Position,
    /** What would have been right here. */
    readonly expected: string,
    /** What is there instead. */
    readonly found: string,
  ) {
    super(file, position, `expected ${expected}, found ${found}`);
  }
}

/** A well-formed test that asks for something unknown here: it is named, never guessed at. */
export class UnsupportedError extends LitmusError {
  constructor(
    file: string,
    position: Position,
    /** The construct, as the test spells it. */
    readonly construct: string,
  ) {
    super(file, position, `unsupported: ${construct}`);
  }
}
