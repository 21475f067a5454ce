import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { administrator } from '../../kernel/cloud.ts';
import { type LocalCloud, startLocalCloud } from '../../local-cloud.ts';
import type { HistoryEvent, JsonValue } from '../engine/contract.ts';
import { parseDelimited } from './delimited.ts';

const ADMIN = administrator('111111111111');
let local: LocalCloud;

beforeAll(async () => {
  local = await startLocalCloud({ port: 0, services: ['s3', 'states'], clock: 'jump' });
  await local.cloud.call('s3', 'CreateBucket', { Bucket: 'data' }, ADMIN);
  for (const [Key, body] of Object.entries(FILES)) {
    await local.cloud.call('s3', 'PutObject', { Bucket: 'data', Key, Body: Buffer.from(body) }, ADMIN);
  }
});
afterAll(() => local.stop());

const FILES: Record<string, string> = {
  'table.csv': 'Col1,Col2,Col3\nValue1,Value2,Value3,extra\nonly\n\n"with, comma","with ""quotes""","two\nlines"\n',
  'list.json': '[["a"],{"b":1}]',
  'deep.json': '{"data":{"a/b":[1,2,3]}}',
  'object.json': '{"not":"a list"}',
  'broken.json': '[1,',
  'lines.jsonl': '{"n":1}\n{"n":2}\n',
  'many/1.json': '[1,2]',
  'many/2.json': '[3]',
};

/** Runs a distributed Map over what the reader finds, each child giving back its item. */
async function run(reader: object, input: unknown = {}, more: object = {}) {
  const map = {
    Type: 'Map',
    ItemReader: { Resource: 'arn:aws:states:::s3:getObject', ...reader },
    ItemProcessor: {
      ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
      StartAt: 'P',
      States: { P: { Type: 'Pass', End: true } },
    },
    End: true,
    ...more,
  };
  const call = (operation: string, request: object) => local.cloud.call('states', operation, request, ADMIN);
  const { stateMachineArn } = await call('CreateStateMachine', {
    name: `m-${Math.random()}`,
    roleArn: 'arn:aws:iam::111111111111:role/machine',
    definition: JSON.stringify({ StartAt: 'Map', States: { Map: map } }),
  });
  const { executionArn } = await call('StartExecution', { stateMachineArn, input: JSON.stringify(input) });
  for (;;) {
    const { events } = await call('GetExecutionHistory', { executionArn, maxResults: 1000 });
    const last = (events as HistoryEvent[]).at(-1);
    if (/^Execution(Succeeded|Failed)$/.test(last?.type ?? '')) {
      const { status, output, error, cause } = await call('DescribeExecution', { executionArn });
      return {
        status,
        error,
        cause,
        output: output && (JSON.parse(output) as JsonValue),
        events: events as HistoryEvent[],
      };
    }
    await new Promise(setImmediate);
  }
}

const file = (Key: string, InputType: string, config: object = {}) => ({
  Parameters: { Bucket: 'data', Key },
  ReaderConfig: { InputType, ...config },
});

describe('ItemReader', () => {
  it('reads delimited text by its first row; missing fields are empty, fields too many are left out', async () => {
    const { output, events } = await run(file('table.csv', 'CSV', { CSVHeaderLocation: 'FIRST_ROW' }));
    expect(output).toEqual([
      { Col1: 'Value1', Col2: 'Value2', Col3: 'Value3' },
      { Col1: 'only', Col2: '', Col3: '' },
      { Col1: 'with, comma', Col2: 'with "quotes"', Col3: 'two\nlines' },
    ]);
    expect(events.map(({ type }) => type).slice(2, 6)).toEqual([
      'MapStateStarted',
      'MapRunStarted',
      'MapRunSucceeded',
      'MapStateSucceeded',
    ]);
    expect(events[2]?.['mapStateStartedEventDetails']).toEqual({ length: 0 });
  });

  it('reads with given headers, from places that the input names, and stops at MaxItems', async () => {
    const reader = {
      Parameters: { 'Bucket.$': '$.bucket', Key: 'table.csv' },
      ReaderConfig: { InputType: 'CSV', CSVHeaderLocation: 'GIVEN', CSVHeaders: ['H1'], MaxItemsPath: '$.most' },
    };
    expect((await run(reader, { bucket: 'data', most: 2 })).output).toEqual([{ H1: 'Col1' }, { H1: 'Value1' }]);
  });

  it.each<[string, object, JsonValue]>([
    ['JSON lists', file('list.json', 'JSON'), [['a'], { b: 1 }]],
    ['lists inside of JSON', file('deep.json', 'JSON', { ItemsPointer: '/data/a~1b' }), [1, 2, 3]],
    ['JSON lines', file('lines.jsonl', 'JSONL'), [{ n: 1 }, { n: 2 }]],
    [
      'what is in all objects under a prefix',
      {
        Resource: 'arn:aws:states:::s3:listObjectsV2',
        Parameters: { Bucket: 'data', Prefix: 'many/' },
        ReaderConfig: { InputType: 'JSON', Transformation: 'LOAD_AND_FLATTEN' },
      },
      [1, 2, 3],
    ],
  ])('reads %s', async (_name, reader, expected) => {
    expect((await run(reader)).output).toEqual(expected);
  });

  it('lists objects', async () => {
    const Parameters = { Bucket: 'data', Prefix: 'many/' };
    const { output } = await run({ Resource: 'arn:aws:states:::s3:listObjectsV2', Parameters });
    expect(output).toMatchObject([
      { Key: 'many/1.json', Size: 5, StorageClass: 'STANDARD', LastModified: expect.any(Number) },
      { Key: 'many/2.json', Size: 3 },
    ]);
  });

  it('reads in JSONata states', async () => {
    const reader = {
      Arguments: { Bucket: '{% $states.input.bucket %}', Key: 'list.json' },
      ReaderConfig: { InputType: 'JSON', MaxItems: '{% 1 %}' },
    };
    expect((await run(reader, { bucket: 'data' }, { QueryLanguage: 'JSONata' })).output).toEqual([['a']]);
  });

  it.each<[string, object, RegExp]>([
    ['an object that is not there', file('none.json', 'JSON'), /The specified key does not exist/],
    ['content that is no list', file('object.json', 'JSON'), /^Attempting to map over non-iterable node\.$/],
    ['content that is no JSON', file('broken.json', 'JSON'), /JSON/],
  ])('fails the Map Run for %s', async (_name, reader, cause) => {
    const ended = await run(reader);
    expect(ended).toMatchObject({
      status: 'FAILED',
      error: 'States.ItemReaderFailed',
      cause: expect.stringMatching(cause),
    });
    expect(ended.events.map(({ type }) => type).slice(2)).toEqual([
      'MapStateStarted',
      'MapRunStarted',
      'MapRunFailed',
      'MapStateFailed',
      'ExecutionFailed',
    ]);
  });
});

describe('ResultWriter', () => {
  const reader = file('list.json', 'JSON');
  const read = async (Key: string) => {
    const { Body } = await local.cloud.call('s3', 'GetObject', { Bucket: 'data', Key }, ADMIN);
    return JSON.parse(Buffer.from(Body).toString()) as Record<string, never>;
  };

  it('exports a manifest and the children with their outputs', async () => {
    const ResultWriter = { Resource: 'arn:aws:states:::s3:putObject', Parameters: { Bucket: 'data', Prefix: 'out' } };
    const { output } = await run(reader, {}, { ResultWriter });
    const { MapRunArn, ResultWriterDetails } = output as {
      MapRunArn: string;
      ResultWriterDetails: { Bucket: string; Key: string };
    };
    expect(ResultWriterDetails).toEqual({ Bucket: 'data', Key: `out/${MapRunArn.split(':').at(-1)}/manifest.json` });
    const manifest = await read(ResultWriterDetails.Key);
    const Key = ResultWriterDetails.Key.replace('manifest', 'SUCCEEDED_0');
    expect(manifest).toEqual({
      DestinationBucket: 'data',
      MapRunArn,
      ResultFiles: { FAILED: [], PENDING: [], SUCCEEDED: [{ Key, Size: expect.any(Number) }] },
    });
    expect(await read(Key)).toMatchObject([
      { Status: 'SUCCEEDED', Input: '["a"]', Output: '["a"]' },
      { Status: 'SUCCEEDED', Input: '{"b":1}', Output: '{"b":1}' },
    ]);
  });

  it('reshapes results without exporting them', async () => {
    const ResultWriter = { WriterConfig: { Transformation: 'FLATTEN', OutputType: 'JSON' } };
    expect((await run(reader, {}, { ResultWriter })).output).toEqual(['a', { b: 1 }]);
  });

  it('fails the Map Run where it cannot write', async () => {
    const ResultWriter = { Resource: 'arn:aws:states:::s3:putObject', Parameters: { Bucket: 'none' } };
    const ended = await run(reader, {}, { ResultWriter });
    expect(ended).toMatchObject({ status: 'FAILED', error: 'States.ResultWriterFailed' });
    expect(ended.events.map(({ type }) => type).slice(-3)).toEqual([
      'MapRunFailed',
      'MapStateFailed',
      'ExecutionFailed',
    ]);
  });
});

describe('delimited text', () => {
  it.each([
    ['COMMA', ','],
    ['PIPE', '|'],
    ['SEMICOLON', ';'],
    ['SPACE', ' '],
    ['TAB', '\t'],
  ])('%s', (delimiter, character) => {
    const text = [
      ['a', 'b'],
      ['1', ''],
      ['', '2'],
    ]
      .map((row) => row.join(character))
      .join('\r\n');
    expect(parseDelimited(text, { delimiter })).toEqual([
      { a: '1', b: '' },
      { a: '', b: '2' },
    ]);
  });
});
