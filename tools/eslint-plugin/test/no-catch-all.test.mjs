import { noCatchAll } from '../src/rules/no-catch-all.mjs';
import { ruleTester, snippet } from './rule-tester.mjs';

const errors = [{ messageId: 'swallowed' }];

ruleTester.run('no-catch-all', noCatchAll, {
  valid: [
    snippet('try { f(); } finally { g(); }'),
    snippet('try { f(); } catch (error) { if (error instanceof Known) return; throw error; }'),
    snippet('try { f(); } catch (error) { note(); throw error; }'),
  ].map((test) => ({ ...test, code: `function run() { ${test.code} }` })),
  invalid: [
    { ...snippet('try { f(); } catch {}'), errors },
    { ...snippet('try { f(); } catch (error) { console.log(error); }'), errors },
    { ...snippet('try { f(); } catch (error) { throw new Error("failed"); }'), errors },
    { ...snippet('try { f(); } catch (error) { if (late) throw error; }'), errors },
  ],
});
