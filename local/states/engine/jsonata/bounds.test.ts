import { expect, test } from 'vitest';
import { runMachine } from '../testing.ts';

const evaluate = async (source: string) => {
  const definition = {
    QueryLanguage: 'JSONata',
    StartAt: 'P',
    States: { P: { Type: 'Pass', Output: `{% ${source} %}`, End: true } },
  };
  return (await runMachine(definition, { list: [1, 2, 3], text: 'x' })).outcome;
};

test.each([
  ['endless tail recursion', '($f := function($x){ $f($x + 1) }; $f(0))'],
  ['endless recursion', '($f := function($x){ 1 + $f($x + 1) }; $f(0))'],
  ['a huge range', '[1..1e9]'],
  ['ranges of ranges', '[1..10000000].[1..10000000]'],
  ['doubling arrays', '($a := function($s, $n){ $n = 0 ? $s : $a($append($s, $s), $n - 1) }; $a([1, 2], 60))'],
  ['doubling texts', "($a := function($s, $n){ $n = 0 ? $s : $a($s & $s, $n - 1) }; $a('xxxxxxxx', 60))"],
  ['wide padding', "$pad('x', 1e9)"],
  ['a regular expression that backtracks', "$match('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!', /^(a+)+$/)"],
  ['a function as a result', 'function($x){ $x }'],
  ['evaluating texts', "$eval('1')"],
])('%s ends as an error of the expression', async (_name, source) => {
  expect(await evaluate(source)).toMatchObject({ status: 'FAILED', error: 'States.QueryEvaluationError' });
});

test('other executions go on while one computes without end', async () => {
  const endless = evaluate('($f := function($x){ $f($x + 1) }; $f(0))');
  let finished = 0;
  const others = (async () => {
    for (let i = 0; i < 20; i++) {
      await evaluate('$sum($states.input.list)');
      finished++;
    }
  })();
  await Promise.race([endless, others]);
  expect(finished).toBe(20);
  await endless;
});

test('ordinary expressions work within the bounds', async () => {
  expect(await evaluate('$sum([1..1000])')).toMatchObject({ output: '500500' });
  expect(await evaluate('$map([1..3], function($v){ $v * 2 })')).toMatchObject({ output: '[2,4,6]' });
  expect(await evaluate("$replace($states.input.text & 'aab', /a+/, 'c')")).toMatchObject({ output: '"xcb"' });
  expect(await evaluate("$pad($states.input.text, -3, '0')")).toMatchObject({ output: '"00x"' });
});
