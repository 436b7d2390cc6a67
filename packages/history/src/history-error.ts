/** A history contradicts itself. Its message names the function. */
export class HistoryError extends Error {
  override readonly name = 'HistoryError';
}
