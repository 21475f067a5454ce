import { describe, expect, it } from 'vitest';
import { compilePattern } from './compile.ts';

function rejection(pattern: string): string {
  try {
    compilePattern(pattern);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return 'accepted';
}

function inField(conditions: string): string {
  return rejection(`{"a":[${conditions}]}`).replace(/\n.*$/s, '');
}

describe('rejections', () => {
  it('name the reason, the text and the place, as EventBridge does', () => {
    expect(rejection('{"source":"shop"}')).toBe(
      'Event pattern is not valid. Reason: "source" must be an object or an array\n' +
        ' at [Source: (String)"{"source":"shop"}"; line: 1, column: 12]',
    );
    expect(rejection('[]')).toMatch(/^Event pattern is not valid\. Reason: Filter is not an object\n .*column: 2\]$/);
    expect(rejection('{"a":\n  [{"regex": "x"}]}')).toMatch(
      /Unrecognized match type regex\n .*line: 2, column: 15\]$/s,
    );
  });

  it.each([
    ['', 'Empty arrays are not allowed'],
    ['[1]', 'Match value must be String, number, true, false, or null'],
    ['{}', 'Match expression name not found'],
    ['{"prefix":1}', 'prefix match pattern must be a string'],
    ['{"prefix":{"suffix":"x"}}', 'Unsupported prefix pattern: suffix'],
    ['{"suffix":{"equals-ignore-case":1}}', 'equals-ignore-case match pattern must be a string'],
    ['{"prefix":"a","suffix":"b"}', 'Only one key allowed in match expression'],
    ['{"exists":"true"}', 'exists match pattern must be either true or false.'],
    ['{"cidr":"10.0.0.0"}', "Malformed CIDR, one '/' required"],
    ['{"cidr":"10.0.0.0/32"}', 'IPv4 mask bits must be < 32'],
    ['{"cidr":"::1/128"}', 'IPv6 mask bits must be < 128'],
    ['{"cidr":"host/8"}', 'Nonstandard IP address: host'],
    ['{"cidr":"10.0.0.256/8"}', 'Invalid IP address: 10.0.0.256'],
    ['{"numeric":5}', 'Value of numeric must be an array.'],
    ['{"numeric":["!=",5]}', 'Unrecognized numeric range operator: !='],
    ['{"numeric":["=","5"]}', 'Value of equals must be numeric'],
    ['{"numeric":[">",0,"<"]}', 'Value of < must be numeric'],
    ['{"numeric":[">",5,"<",5]}', 'Bottom must be less than top'],
    ['{"numeric":[">",5,">",7]}', 'Bad numeric range operator: >'],
    ['{"numeric":["<",5,">",1]}', 'Too many elements in numeric expression'],
    ['{"numeric":["=",5000000001]}', 'Value must be between -5.0E9 and 5.0E9, inclusive'],
    ['{"anything-but":null}', 'Value of anything-but must be an array or single string/number value.'],
    [
      '{"anything-but":[]}',
      'Inside anything but list, either all values are number or string, mixed type is not supported',
    ],
    [
      '{"anything-but":["a",1]}',
      'Inside anything but list, either all values are number or string, mixed type is not supported',
    ],
    ['{"anything-but":[true]}', 'Inside anything but list, start|null|boolean is not supported.'],
    ['{"anything-but":{"numeric":[1]}}', 'Unsupported anything-but pattern: numeric'],
    ['{"anything-but":{"prefix":""}}', 'Null prefix/suffix not allowed'],
    ['{"anything-but":{"prefix":["a",1]}}', 'prefix/suffix match pattern must be a string'],
    ['{"anything-but":{"wildcard":1}}', 'wildcard match pattern must be a string'],
    ['{"wildcard":"a**b"}', 'Consecutive wildcard characters at pos 2'],
    ['{"wildcard":"ä**b"}', 'Consecutive wildcard characters at pos 3'],
    ['{"wildcard":"a\\\\b"}', 'Invalid escape character at pos 2'],
  ])('%s: %s', (conditions, reason) => {
    expect(inField(conditions)).toBe(`Event pattern is not valid. Reason: ${reason}`);
  });

  it.each([
    ['{}', 'Empty objects are not allowed'],
    ['{"a":{}}', 'Empty objects are not allowed'],
    ['{"$or":[{"a":[1]}]}', 'There must have at least 2 Objects in $or relationship.'],
    ['{"$or":{"a":[1]}}', 'It must be an Array followed with $or.'],
    ['{"$or":[{"a":[1]},1]}', 'Only JSON object is allowed in array of $or relationship.'],
    ['{"$or":[{"a":[1]},{"prefix":["x"]}]}', 'prefix is Ruler reserved fieldName which cannot be used inside $or.'],
    ['{"a":[1', 'Unexpected end-of-input'],
    ['{"a" [1]}', "Unexpected character ('[' (code 91)): was expecting a colon to separate field name and value"],
    ['', 'Unexpected end-of-input'],
  ])('%s: %s', (pattern, reason) => {
    expect(rejection(pattern).replace(/\n.*$/s, '')).toBe(`Event pattern is not valid. Reason: ${reason}`);
  });
});

describe('limits', () => {
  const or = (count: number) => `"$or":[${Array.from({ length: count }, (_, index) => `{"f${index}":[1]}`).join()}]`;

  it('allows 1000 combinations of $or and not one more', () => {
    expect(compilePattern(`{"a":{${or(10)}},"b":{${or(10)}},"c":{${or(10)}}}`).branches).toHaveLength(1000);
    expect(rejection(`{"a":{${or(10)}},"b":{${or(10)}},"c":{${or(11)}}}`)).toMatch(/over 1000 rule combinations/);
  });

  it.each([
    ['many wildcards', Array.from('abcdefghijklmnop').join('*')],
    ['a long repetition after a wildcard', `*${'a'.repeat(20)}`],
  ])('refuses wildcards that are too complex: %s', (_, wildcard) => {
    expect(inField(JSON.stringify({ wildcard }))).toMatch(/Rule is too complex - try using fewer wildcard characters/);
  });

  it.each(['*', 'arn:aws:s3:::*/logs/*.gz', '/Users/*/dir/dir/dir/dir/dir/doc.txt', 'no wildcard in '.repeat(20)])(
    'accepts %s',
    (wildcard) => {
      expect(inField(JSON.stringify({ wildcard }))).toBe('accepted');
    },
  );

  it('answers deeply nested patterns with an error, not a crash', () => {
    expect(rejection(`${'{"a":'.repeat(1500)}[1]${'}'.repeat(1500)}`)).toMatch(/nesting depth/);
  });
});
