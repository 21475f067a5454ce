import { AwsError } from '../kernel/errors.ts';
import type { Operation } from '../kernel/service.ts';
import { constraintViolation, notFound } from './errors.ts';
import { FULL_ACCESS } from './full-access.ts';
import { nodeArn, randomId } from './identifiers.ts';
import { CHILD_ID, NODE_NAME, optionalText, PARENT_ID, requiredOneOf, requiredText, tagsOf, UNIT_ID } from './input.ts';
import { actedOn, lineage, pathOf, visibleNode, visibleNodes } from './nodes.ts';
import { organizationOperation } from './operation.ts';
import { pageOf } from './paging.ts';
import type { OrganizationsParts } from './parts.ts';
import { SERVICE_CONTROL_POLICY } from './policy-types.ts';
import type { NodeRecord, OrganizationRecord } from './records.ts';

/** https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html */
const MOST_UNITS = 2_000;
const DEEPEST_UNIT = 5;

/** The root and the organizational units, and who is whose parent. */
export function treeOperations(parts: OrganizationsParts): Record<string, Operation> {
  const { database } = parts;
  return {
    ...unitOperations(parts),
    ListRoots: organizationOperation(parts, 'ListRoots', {
      by: 'delegated',
      handle(input, { organization }) {
        const root = database.node(organization.id, organization.rootId);
        const roots = root ? [root] : [];
        return pageOf(
          'Roots',
          roots,
          ({ id }) => id,
          (node) => rootView(organization, node),
          input,
        );
      },
    }),
    ListOrganizationalUnitsForParent: organizationOperation(parts, 'ListOrganizationalUnitsForParent', {
      by: 'delegated',
      resources: (input, organization) => actedOn(database, organization, input.ParentId),
      handle(input, { organization }) {
        const units = visibleChildren(parts, organization, requiredText(input, 'ParentId', PARENT_ID)).filter(
          ({ kind }) => kind === 'ORGANIZATIONAL_UNIT',
        );
        const view = (node: NodeRecord) => unitView(parts, organization, node);
        return pageOf('OrganizationalUnits', units, ({ id }) => id, view, input);
      },
    }),
    ListParents: organizationOperation(parts, 'ListParents', {
      by: 'delegated',
      resources: (input, organization) => actedOn(database, organization, input.ChildId),
      handle(input, { organization }) {
        const child = database.node(organization.id, requiredText(input, 'ChildId', CHILD_ID));
        const parentId = child && (visibleNode(database, child) ?? child).parentId;
        if (!parentId) throw notFound('ChildNotFoundException');
        const Type = parentId === organization.rootId ? 'ROOT' : 'ORGANIZATIONAL_UNIT';
        return { Parents: [{ Id: parentId, Type }] };
      },
    }),
    ListChildren: organizationOperation(parts, 'ListChildren', {
      by: 'delegated',
      resources: (input, organization) => actedOn(database, organization, input.ParentId),
      handle(input, { organization }) {
        const kind = requiredOneOf(input, 'ChildType', ['ACCOUNT', 'ORGANIZATIONAL_UNIT']);
        const children = visibleChildren(parts, organization, requiredText(input, 'ParentId', PARENT_ID)).filter(
          (node) => node.kind === kind,
        );
        return pageOf(
          'Children',
          children,
          ({ id }) => id,
          ({ id }) => ({ Id: id, Type: kind }),
          input,
        );
      },
    }),
  };
}

function unitOperations(parts: OrganizationsParts): Record<string, Operation> {
  const { database } = parts;
  return {
    CreateOrganizationalUnit: organizationOperation(parts, 'CreateOrganizationalUnit', {
      by: 'management',
      resources: (input, organization) => actedOn(database, organization, input.ParentId),
      modifies: (input) => String(input.ParentId),
      handle(input, { organization }) {
        const parent = database.node(organization.id, requiredText(input, 'ParentId', PARENT_ID));
        const name = requiredText(input, 'Name', NODE_NAME);
        const tags = tagsOf(input);
        if (!parent) throw notFound('ParentNotFoundException');
        const units = database.nodes.values(`${organization.id}/`).filter(({ kind }) => kind === 'ORGANIZATIONAL_UNIT');
        if (units.length >= MOST_UNITS) throw constraintViolation('OU_NUMBER_LIMIT_EXCEEDED');
        // The lineage counts the root too, and the new unit comes on top.
        if (lineage(database, parent).length > DEEPEST_UNIT) throw constraintViolation('OU_DEPTH_LIMIT_EXCEEDED');
        assertFree(units, parent.id, name);
        const unit: NodeRecord = {
          id: `ou-${organization.rootId.slice('r-'.length)}-${randomId(8)}`,
          organizationId: organization.id,
          kind: 'ORGANIZATIONAL_UNIT',
          parentId: parent.id,
          name,
          policies: organization.policyTypes.includes(SERVICE_CONTROL_POLICY) ? [FULL_ACCESS.id] : [],
          tags,
        };
        parts.save(unit);
        return { OrganizationalUnit: unitView(parts, organization, unit) };
      },
    }),
    DescribeOrganizationalUnit: organizationOperation(parts, 'DescribeOrganizationalUnit', {
      by: 'delegated',
      resources: (input, organization) => actedOn(database, organization, input.OrganizationalUnitId),
      handle: (input, { organization }) => ({
        OrganizationalUnit: unitView(parts, organization, existingUnit(parts, organization, input)),
      }),
    }),
    UpdateOrganizationalUnit: organizationOperation(parts, 'UpdateOrganizationalUnit', {
      by: 'management',
      resources: (input, organization) => actedOn(database, organization, input.OrganizationalUnitId),
      modifies: (input) => String(input.OrganizationalUnitId),
      handle(input, { organization }) {
        const unit = existingUnit(parts, organization, input);
        const name = optionalText(input, 'Name', NODE_NAME) ?? unit.name;
        const others = database.nodes.values(`${organization.id}/`).filter(({ id }) => id !== unit.id);
        assertFree(others, unit.parentId, name);
        parts.save({ ...unit, name });
        return { OrganizationalUnit: unitView(parts, organization, { ...unit, name }) };
      },
    }),
    DeleteOrganizationalUnit: organizationOperation(parts, 'DeleteOrganizationalUnit', {
      by: 'management',
      resources: (input, organization) => actedOn(database, organization, input.OrganizationalUnitId),
      modifies: (input) => String(input.OrganizationalUnitId),
      handle(input, { organization }) {
        const unit = existingUnit(parts, organization, input);
        const children = database.nodes.values(`${organization.id}/`).filter(({ parentId }) => parentId === unit.id);
        if (children.length > 0) {
          throw new AwsError('OrganizationalUnitNotEmptyException', 'The specified organizational unit is not empty.');
        }
        database.deleteNode(unit);
        return undefined;
      },
    }),
  };
}

function assertFree(nodes: readonly NodeRecord[], parentId: string | undefined, name: string): void {
  const taken = nodes.some(
    (node) => node.kind === 'ORGANIZATIONAL_UNIT' && node.parentId === parentId && node.name === name,
  );
  if (!taken) return;
  throw new AwsError('DuplicateOrganizationalUnitException', 'An OU with the same name already exists.');
}

function existingUnit(
  parts: OrganizationsParts,
  organization: OrganizationRecord,
  input: { OrganizationalUnitId?: unknown },
): NodeRecord {
  const unit = parts.database.node(organization.id, requiredText(input, 'OrganizationalUnitId', UNIT_ID));
  if (!unit) throw notFound('OrganizationalUnitNotFoundException');
  return unit;
}

function visibleChildren(parts: OrganizationsParts, organization: OrganizationRecord, parentId: string): NodeRecord[] {
  if (!parts.database.node(organization.id, parentId)) throw notFound('ParentNotFoundException');
  return visibleNodes(parts.database, organization.id).filter((node) => node.parentId === parentId);
}

/** https://docs.aws.amazon.com/organizations/latest/APIReference/API_Root.html */
export function rootView(organization: OrganizationRecord, root: NodeRecord) {
  return {
    Id: root.id,
    Arn: nodeArn(organization, root),
    Name: root.name,
    PolicyTypes: organization.policyTypes.map((Type) => ({ Type, Status: 'ENABLED' })),
  };
}

function unitView(parts: OrganizationsParts, organization: OrganizationRecord, unit: NodeRecord) {
  return {
    Id: unit.id,
    Arn: nodeArn(organization, unit),
    Name: unit.name,
    Path: pathOf(parts.database, unit),
  };
}
