import type { OrganizationsDatabase } from './database.ts';
import { asAccount } from './database.ts';
import { nodeArn } from './identifiers.ts';
import type { Acted } from './operation.ts';
import type { AccountNode, NodeRecord, OrganizationRecord } from './records.ts';

/** The node as lists show it: a moment behind, or not there yet. */
export function visibleNode(database: OrganizationsDatabase, node: NodeRecord): NodeRecord | undefined {
  return database.nodes.effective(`${node.organizationId}/${node.id}`).value;
}

/** All nodes as lists show them, by id. */
export function visibleNodes(database: OrganizationsDatabase, organizationId: string): NodeRecord[] {
  return database.nodes.list(`${organizationId}/`).flatMap((node) => visibleNode(database, node) ?? []);
}

/** The accounts as lists show them, by id. */
export function visibleAccounts(database: OrganizationsDatabase, organizationId: string): AccountNode[] {
  return visibleNodes(database, organizationId).flatMap((node) => asAccount(node) ?? []);
}

/** The node and those above it, the root last. */
export function lineage(database: OrganizationsDatabase, node: NodeRecord): NodeRecord[] {
  const path = [node];
  for (let parentId = node.parentId; parentId; ) {
    const parent = database.node(node.organizationId, parentId);
    if (!parent) break;
    path.push(parent);
    parentId = parent.parentId;
  }
  return path;
}

/** `o-…/r-…/ou-…/111111111111/`: where a node is. */
export function pathOf(database: OrganizationsDatabase, node: NodeRecord): string {
  const ids = lineage(database, node).map(({ id }) => id);
  return `${[node.organizationId, ...ids.reverse()].join('/')}/`;
}

/** The nodes of an IAM check that are named by these ids. */
export function actedOn(
  database: OrganizationsDatabase,
  organization: OrganizationRecord,
  ...ids: readonly unknown[]
): Acted[] {
  return ids.flatMap((id) => {
    const node = database.node(organization.id, String(id));
    return node ? [{ arn: nodeArn(organization, node), tags: node.tags }] : [];
  });
}
