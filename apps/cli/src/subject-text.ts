import type { Selected } from './selection.js';

/** What stands above a timeline, and names one run to a person. */
export function subjectText({ subject }: Pick<Selected, 'subject'>): string {
  const { scenario, kernel, architecture, model, weakened } = subject;
  const sites = weakened === undefined ? '' : `, ${weakened.join(', ')}`;
  return `${scenario} on ${kernel}, ${architecture} (${model})${sites}`;
}
