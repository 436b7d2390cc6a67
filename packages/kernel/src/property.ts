import { cover, observe, Violation } from '@pagerace/explorer';

/** What must hold in a scenario. */
export interface PropertyDefinition {
  /** Such as `I-DIO`. */
  readonly id: string;
  /** In one sentence. */
  readonly statement: string;
  /** Why it is no violation where this does not hold: it is told as an observation, and the verdict does not ask for it. */
  readonly allowed?: string;
}

/** A property while a scenario runs. */
export class Property implements PropertyDefinition {
  readonly id: string;
  readonly statement: string;
  readonly allowed?: string;

  constructor({ id, statement, allowed }: PropertyDefinition) {
    this.id = id;
    this.statement = statement;
    if (allowed !== undefined) this.allowed = allowed;
  }

  /** The situation that the property is about has arisen; one that never does is said to be vacuous. */
  applies(): void {
    cover(this.id);
  }

  /**
   * The property applies, and demands `condition`; one that is {@link allowed} not to hold is only observed.
   *
   * @param message what went wrong if not, in one sentence
   */
  demand(condition: boolean, message: string): void {
    this.applies();
    if (condition) return;
    if (this.allowed === undefined) throw new Violation(this.id, message);
    this.observe(message);
  }

  /** At the end of an execution: it does not hold, as is {@link allowed}. */
  observe(message: string): void {
    observe(this.id, `${message}; allowed: ${this.allowed!}`);
  }
}
