/** A place in a test's text; both from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** A text of a test as a terminal may get it: control characters are written out. */
export function printable(text: string): string {
  return text.replace(
    // eslint-disable-next-line no-control-regex
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g,
    (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}

/** A test that cannot be used as it stands; the message begins with `file:line:column: `. */
export abstract class LitmusError extends Error {
  readonly position: Position;

  constructor(
    readonly file: string,
    { line, column }: Position,
    readonly problem: string,
  ) {
    super(printable(`${file}:${String(line)}:${String(column)}: ${problem}`));
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
  /** The construct, as the test spells it. */
  readonly construct: string;

  constructor(file: string, position: Position, construct: string) {
    super(file, position, `unsupported: ${construct}`);
    this.construct = printable(construct);
  }
}
