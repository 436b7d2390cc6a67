import type { ScenarioContext } from '@pagerace/kernel';
import type { Page } from '@pagerace/page-model';
import { Findings } from '../findings.js';
import { noLostWrite, noStalePin } from './properties.js';

/** What the owner of a reference writes to the page. */
export const WRITTEN = 'G';

/** Writes to a page that GUP-fast has given out, as a device would. */
export function writeAsDevice({ contents }: Page): void {
  contents.writeHalf('lo', WRITTEN);
}

/** Judges, at the end, a page that GUP-fast has given out and that was written to, by what is mapped then. */
export function judgeGivenOut(
  context: ScenarioContext<unknown>,
  page: Page,
  mapped: Page | undefined,
): void {
  const findings = new Findings();
  findings.demand(
    context.property(noStalePin.id),
    mapped === page,
    () =>
      `GUP-fast has given out ${page.name}, and ${mapped?.name ?? 'nothing'} is mapped at its address`,
  );
  findings.demand(
    context.property(noLostWrite.id),
    mapped?.contents.readHalf('lo') === WRITTEN,
    () => `what was written to ${page.name} cannot be read at its address`,
  );
  findings.conclude();
}
