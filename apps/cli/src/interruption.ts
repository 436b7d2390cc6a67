/** Whether the user wants a run to end, by Ctrl-C or as a job control does. */
export class Interruption {
  /** One word that is not 0 once it was requested; shared with other threads. */
  readonly flag = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  readonly #request = (): void => {
    Atomics.store(this.flag, 0, 1);
    // A second one means it: Node's own handling ends the process.
    this.dispose();
  };

  constructor() {
    process.once('SIGINT', this.#request);
    process.once('SIGTERM', this.#request);
  }

  get requested(): boolean {
    return Atomics.load(this.flag, 0) !== 0;
  }

  dispose(): void {
    process.removeListener('SIGINT', this.#request);
    process.removeListener('SIGTERM', this.#request);
  }
}
