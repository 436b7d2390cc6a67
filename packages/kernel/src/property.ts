import { cover, Violation } from '@pagerace/explorer';

/** What must hold in a scenario. */
export interface PropertyDefinition {
  /** Such as `I-DIO`. */
  readonly id: string;
  /** In one sentence. */
  readonly statement: string;
}

/** A property while a scenario runs. */
export class Property implements PropertyDefinition {
  readonly id: string;
  readonly statement: string;

  constructor({ id, statement }: PropertyDefinition) {
    this.id = id;
    this.statement = statement;
  }

  /** The situation that the property is about has arisen; one that never does is said to be vacuous. */
  applies(): void {
    cover(this.id);
  }

  /**
   * The property applies, and demands `condition`.
   *
   * @param message what went wrong if not, in one sentence
   */
  demand(condition: boolean, message: string): void {
    this.applies();
    if (!condition) throw new Violation(this.id, message);
  }
}
