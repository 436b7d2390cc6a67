import type { Subject } from '@pagerace/report';

/** The command that replays one execution, ready for a shell. */
export function replayCommand(
  { scenario, kernel, architecture, model, weakened = [] }: Subject,
  id: string,
  settings: readonly string[] = [],
  plugins: readonly string[] = [],
): string {
  return shellCommand([
    'pagerace',
    'replay',
    scenario,
    id,
    '--kernel',
    kernel,
    '--arch',
    architecture,
    '--model',
    model,
    ...weakened.flatMap((site) => ['--weaken', site]),
    ...settings.flatMap((setting) => ['--set', setting]),
    ...plugins.flatMap((plugin) => ['--plugin', plugin]),
  ]);
}

/** Words as a shell reads them. */
export function shellCommand(words: readonly string[]): string {
  return words.map(quoted).join(' ');
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
