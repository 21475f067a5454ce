import {
  DeleteArchiveCommand,
  DeleteEventBusCommand,
  DeleteRuleCommand,
  EventBridgeClient,
  ListArchivesCommand,
  ListEventBusesCommand,
  ListRulesCommand,
  ListTargetsByRuleCommand,
  RemoveTargetsCommand,
  type Rule,
} from '@aws-sdk/client-eventbridge';
import { everyPage, type Leftover, orGone, type Sweeper } from './sweeper.ts';

const GONE = 'ResourceNotFoundException';

/** Archives, rules on every bus (those that AWS services made too: what they serve goes), and buses but the default one. */
export const eventbridgeSweeper: Sweeper = {
  service: 'events',
  async list(options) {
    const client = new EventBridgeClient(options);
    const archives = await everyPage(
      (NextToken) => client.send(new ListArchivesCommand({ NextToken })),
      ({ Archives }) => Archives,
      (page) => page.NextToken,
    );
    const buses = await everyPage(
      (NextToken) => client.send(new ListEventBusesCommand({ NextToken })),
      ({ EventBuses }) => EventBuses,
      (page) => page.NextToken,
    );
    const names = buses.flatMap(({ Name }) => Name ?? []);
    const rules = await Promise.all(names.map((name) => rulesOf(client, name)));
    return [
      ...archives.map(({ ArchiveName = '' }) => ({
        kind: 'archive',
        name: ArchiveName,
        remove: () => orGone(client.send(new DeleteArchiveCommand({ ArchiveName })), GONE),
      })),
      ...rules.flat(),
      ...names
        .filter((name) => name !== 'default')
        .map((name) => ({
          kind: 'event bus',
          name,
          remove: () => orGone(client.send(new DeleteEventBusCommand({ Name: name })), GONE),
        })),
    ];
  },
};

async function rulesOf(client: EventBridgeClient, EventBusName: string): Promise<Leftover[]> {
  const rules = await everyPage(
    (NextToken) => client.send(new ListRulesCommand({ EventBusName, NextToken })),
    ({ Rules }) => Rules,
    (page) => page.NextToken,
  );
  return rules.map((rule) => ({
    kind: 'rule',
    name: `${EventBusName}/${rule.Name}`,
    remove: () => orGone(removeRule(client, rule), GONE),
  }));
}

/** A rule cannot be deleted while it has targets. https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DeleteRule.html */
async function removeRule(client: EventBridgeClient, { Name, EventBusName }: Rule): Promise<void> {
  const targets = await everyPage(
    (NextToken) => client.send(new ListTargetsByRuleCommand({ Rule: Name, EventBusName, NextToken })),
    ({ Targets }) => Targets,
    (page) => page.NextToken,
  );
  const Ids = targets.flatMap(({ Id }) => Id ?? []);
  if (Ids.length > 0) await client.send(new RemoveTargetsCommand({ Rule: Name, EventBusName, Ids, Force: true }));
  await client.send(new DeleteRuleCommand({ Name, EventBusName, Force: true }));
}
