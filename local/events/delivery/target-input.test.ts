import { describe, expect, it } from 'vitest';
import type { DeliveryRecord, TargetRecord } from '../records.ts';
import { isValidTemplate } from './input-template.ts';
import { targetInput } from './target-input.ts';

const EVENT =
  '{"version":"0","id":"7bf7","detail-type":"State","source":"shop","account":"1","time":"2026-11-22T10:00:00Z","region":"us-east-1",' +
  '"resources":["arn:1","arn:2"],"detail":{"instance-id":"i-1","state":"RUN\\"NING","count":2,"none":null,"tags":[{"k":"a"},{"k":"b"}]}}';

function input(target: Partial<TargetRecord>): string {
  const delivery: DeliveryRecord = {
    id: '1',
    ruleArn: 'arn:aws:events:us-east-1:1:rule/bus/on',
    ruleName: 'on',
    accountId: '1',
    region: 'us-east-1',
    target: { Id: 't', Arn: 'arn', ...target },
    eventId: '7bf7',
    event: EVENT,
    ingestedAt: Date.parse('2026-11-22T10:00:01.5Z'),
    failedAttempts: 0,
    nextAttemptAt: 0,
  };
  return targetInput(delivery);
}

function transformed(InputTemplate: string, InputPathsMap: Record<string, string> = {}): string {
  return input({ InputTransformer: { InputTemplate, InputPathsMap } });
}

describe('the input of a target', () => {
  it('is the event, the constant, or a part of the event', () => {
    expect(input({})).toBe(EVENT);
    expect(input({ Input: '{"a": 1}' })).toBe('{"a": 1}');
    expect(input({ InputPath: '$.detail.tags[1]' })).toBe('{"k":"b"}');
    expect(input({ InputPath: '$.detail-type' })).toBe('"State"');
    expect(input({ InputPath: '$.detail.tags[*].k' })).toBe('["a","b"]');
  });
});

describe('a transformer', () => {
  const paths = { instance: '$.detail.instance-id', state: '$.detail.state', count: '$.detail.count', all: '$.detail' };

  it('quotes strings outside of strings and leaves other values as JSON', () => {
    expect(JSON.parse(transformed('{"i": <instance>, "n": <count>, "d": <all>}', paths))).toEqual({
      i: 'i-1',
      n: 2,
      d: JSON.parse(EVENT).detail,
    });
  });

  it('puts text inside strings, escaped, and objects without their quotes', () => {
    expect(JSON.parse(transformed('"<instance> is \\"<state>\\" (<count>)"', paths))).toBe('i-1 is "RUN"NING" (2)');
    expect(JSON.parse(transformed('{"t": "tags: <tags>"}', { tags: '$.detail.tags' }))).toEqual({
      t: 'tags: [{k:a},{k:b}]',
    });
  });

  it('leaves nothing for what the event does not have, and null for null', () => {
    expect(transformed('{"a": <x>, "b": "-<x>-", "c": <none>}', { x: '$.detail.missing', none: '$.detail.none' })).toBe(
      '{"a": "", "b": "--", "c": null}',
    );
  });

  it('knows the rule, the time of arrival and the event', () => {
    const filled = JSON.parse(
      transformed(
        '{"arn": <aws.events.rule-arn>, "name": "<aws.events.rule-name>", "at": <aws.events.event.ingestion-time>, "event": <aws.events.event>, "json": <aws.events.event.json>}',
      ),
    );
    const { detail, ...envelope } = JSON.parse(EVENT);
    expect(filled).toEqual({
      arn: 'arn:aws:events:us-east-1:1:rule/bus/on',
      name: 'on',
      at: '2026-11-22T10:00:01.500Z',
      event: envelope,
      json: { ...envelope, detail },
    });
  });

  it('takes JSON and quoted lines for templates, nothing else', () => {
    expect(isValidTemplate('{"a": <b>}')).toBe(true);
    expect(isValidTemplate('"one <b>"\n"two"')).toBe(true);
    expect(isValidTemplate('<b>')).toBe(true);
    expect(isValidTemplate('<b> is here')).toBe(false);
    expect(isValidTemplate('{"a": <b>')).toBe(false);
  });
});
