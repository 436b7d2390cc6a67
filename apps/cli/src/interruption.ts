/** Whether the user wants a run to end, by Ctrl-C or as a job control does. */
export class Interruption {
  #requested = false;
  readonly #request = (): void => {
    this.#requested = true;
    // A second one means it: Node's own handling ends the process.
    this.dispose();
  };

  constructor() {
    process.once('SIGINT', this.#request);
    process.once('SIGTERM', this.#request);
  }

  get requested(): boolean {
    return this.#requested;
  }

  dispose(): void {
    process.removeListener('SIGINT', this.#request);
    process.removeListener('SIGTERM', this.#request);
  }
}
