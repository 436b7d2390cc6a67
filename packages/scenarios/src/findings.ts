import type { Property } from '@pagerace/kernel';
import { Violation } from '@pagerace/machine';

/** Collects which properties one execution breaks, so that all of them are told together. */
export class Findings {
  readonly #broken = new Map<string, string>();

  /** The property applies; and it is broken if the condition does not hold, or observed if that is allowed. */
  demand(property: Property, condition: boolean, message: () => string): void {
    property.applies();
    if (condition) return;
    if (property.allowed !== undefined) property.observe(message());
    else if (!this.#broken.has(property.id)) this.#broken.set(property.id, message());
  }

  /** @throws {Violation} of the properties that are broken: `I-COH & I-DIO` */
  conclude(): void {
    if (this.#broken.size === 0) return;
    const broken = [...this.#broken].sort(([one], [other]) => (one < other ? -1 : 1));
    throw new Violation(
      broken.map(([id]) => id).join(' & '),
      broken.map(([, message]) => message).join('; '),
    );
  }
}
