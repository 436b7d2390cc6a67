import { expect, test } from 'vitest';
import { missed, reaches } from '../src/reach.js';
import { measureScenario } from '../src/scenario-line.js';

// What the explorer compiles on the way is compiled for the first one alone; so this is no stricter than a
// process for each.
test.each(reaches.flat())(
  '$name on $choice.kernel, $choice.architecture ($choice.model) ends within $limit s',
  (reach) => {
    expect(missed(reach, measureScenario(reach.choice, reach.limit))).toBeUndefined();
  },
);

test('what is not explored in time is told, with what there should be', () => {
  const reach = {
    name: 'three walks',
    choice: {
      scenario: 'gup-fast-collapse',
      kernel: 'v6.0',
      architecture: 'arm64',
      model: 'armv8',
      parameters: { walkers: 3 },
    },
    limit: 0.1,
  };
  const line = measureScenario(reach.choice, reach.limit);
  expect(line).toMatchObject({ complete: false, verdict: 'bounded' });
  expect(missed(reach, line)).toMatch(
    /^three walks on v6\.0, arm64 \(armv8\) does not end within 0\.1 s: _unfinished:_ [\d,]+ in \d\.\d\d s; estimated: /,
  );
});
