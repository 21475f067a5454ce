import { describe, expect, it } from 'vitest';
import { openStore } from '../../kernel/sqlite-store.ts';
import { type ExecutionRecord, openExecutions } from './executions.ts';

const record = (number: number, more: Partial<ExecutionRecord> = {}): ExecutionRecord => ({
  arn: `arn:${number}`,
  stateMachineArn: 'machine',
  name: `e${number}`,
  status: 'RUNNING',
  startDate: 1000 + Math.floor(number / 10),
  input: '{}',
  revisionId: 'INITIAL',
  redriveCount: 0,
  ...more,
});

describe('the index of executions', () => {
  it('keeps what it is given', () => {
    const executions = openExecutions(openStore(':memory:'));
    const given = record(1, { stateMachineAliasArn: 'alias', traceHeader: 't', input: '{"ä":1}' });
    executions.add(given);
    expect(executions.get('arn:1')).toEqual(given);
    expect(executions.get('arn:2')).toBeUndefined();
  });

  it('pages through thousands that started in the same milliseconds, each exactly once', () => {
    const store = openStore(':memory:');
    const executions = openExecutions(store);
    store.transaction(() => {
      for (let number = 0; number < 2500; number++) executions.add(record(number));
    });
    const seen: string[] = [];
    let page = executions.list({ stateMachineArn: 'machine' }, 1000);
    while (page.length > 0) {
      seen.push(...page.map(({ record: { arn } }) => arn));
      page = executions.list({ stateMachineArn: 'machine' }, 1000, page.at(-1)?.at);
    }
    expect(seen).toHaveLength(2500);
    expect(new Set(seen).size).toBe(2500);
    expect(seen[0]).toBe('arn:2499');
  });

  it('lists from an index, never by reading or sorting all', () => {
    const store = openStore(':memory:');
    openExecutions(store);
    for (const filter of ["machine = 'm'", "machine = 'm' AND status = 'FAILED'", "map_run_arn = 'r'"]) {
      const plan = store.database
        .prepare(
          `EXPLAIN QUERY PLAN SELECT * FROM states_execution_index WHERE ${filter} AND (start_date, sequence) < (1, 1)
           ORDER BY start_date DESC, sequence DESC LIMIT 100`,
        )
        .all()
        .map((row) => String(row['detail']))
        .join('; ');
      expect(plan).toMatch(/^SEARCH .* USING INDEX/);
      expect(plan).not.toMatch(/TEMP B-TREE/);
    }
  });

  it('counts what runs, through ends and redrives, also when an end is told twice', () => {
    const store = openStore(':memory:');
    const executions = openExecutions(store);
    executions.add(record(1));
    executions.add(record(2));
    const outcome = { status: 'FAILED', stopTime: 2000, error: 'E' } as const;
    executions.end('arn:1', outcome);
    executions.end('arn:1', outcome);
    expect([executions.countRunning(), executions.running('machine')]).toEqual([1, ['arn:2']]);
    executions.redrive('arn:1', 1, 3000);
    expect(executions.countRunning()).toBe(2);
    expect(executions.get('arn:1')).toMatchObject({ status: 'RUNNING', redriveCount: 1 });
    expect(executions.get('arn:1')).not.toHaveProperty('stopDate');
    expect(openExecutions(store).countRunning()).toBe(2);
  });
});
