/**
 * The first fenced block of a README, if it is TypeScript. A README whose first block is something
 * else does not begin with a runnable example.
 *
 * @param {string} markdown
 * @returns {string | undefined}
 */
export function firstExample(markdown) {
  const [, language, code] = /^```(\w*)\n(.*?)^```$/ms.exec(markdown) ?? [];
  return language === 'ts' ? code : undefined;
}
