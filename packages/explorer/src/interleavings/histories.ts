/**
 * Sequences of events, each stored once: equal sequences have the same number.
 *
 * A state of a machine is thereby a short tuple of numbers, compared exactly and not by a hash.
 */
export class Histories {
  readonly #before: number[] = [-1];
  readonly #event: string[] = [''];
  readonly #numbers = new Map<string, number>();

  /** The sequence that `event` makes of a sequence; the empty one is 0. */
  extend(history: number, event: string): number {
    const key = `${String(history)} ${event}`;
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const number = this.#event.length;
    this.#before.push(history);
    this.#event.push(event);
    this.#numbers.set(key, number);
    return number;
  }

  /** The events of a sequence, in order. */
  events(history: number): string[] {
    const events: string[] = [];
    for (let at = history; at > 0; at = this.#before[at]!) events.push(this.#event[at]!);
    return events.reverse();
  }
}
