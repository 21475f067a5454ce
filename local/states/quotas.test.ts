import { expect, it } from 'vitest';
import { ACCOUNT, PASS, ROLE, testStates } from './test-states.ts';

it('throttles as AWS does by default, and lets calls through again as time passes', async () => {
  const { call, cloud } = await testStates({}, { quotas: 'default' });
  const create = (number: number) =>
    call('CreateStateMachine', { name: `m${number}`, definition: PASS, roleArn: ROLE }).then(
      () => 'created',
      (error: { code: string }) => error.code,
    );
  const answers: string[] = [];
  const release = cloud.clock.hold('all within a moment');
  for (let number = 0; number < 102; number++) answers.push(await create(number));
  release();
  expect(answers.filter((answer) => answer === 'created').length).toBeLessThanOrEqual(101);
  expect(answers.at(-1)).toBe('ThrottlingException');
  await cloud.clock.sleep(2000);
  expect(await create(200)).toBe('created');
  expect(await call('DescribeStateMachine', { stateMachineArn: arn('m0') })).toMatchObject({ name: 'm0' });
});

it('is an account with raised quotas unless told otherwise', async () => {
  const { call } = await testStates();
  await call('CreateStateMachine', { name: 'm', definition: PASS, roleArn: ROLE });
  for (let number = 0; number < 400; number++) await call('DescribeStateMachine', { stateMachineArn: arn('m') });
});

function arn(name: string): string {
  return `arn:aws:states:us-east-1:${ACCOUNT}:stateMachine:${name}`;
}
