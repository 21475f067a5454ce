import { adoptExisting, ifExists } from '../handler-errors.ts';
import type { ResourceProvider, ResourceRequest, ResourceState } from '../resource-provider.ts';
import { callOrganizations, listOrganizations, retag } from './organizations-call.ts';

interface Unit {
  readonly Id: string;
  readonly Arn: string;
  readonly Name: string;
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-organizations-organizationalunit.html */
export const organizationalUnit: ResourceProvider = {
  type: 'AWS::Organizations::OrganizationalUnit',
  properties: ['Name', 'ParentId', 'Tags'],
  required: ['Name', 'ParentId'],
  replaceOn: ['ParentId'],
  seconds: { create: 5, update: 3, delete: 3 },
  async create(request) {
    const { Name, ParentId } = request.properties;
    const input = { Name, ParentId, ...(request.tags.length > 0 && { Tags: request.tags }) };
    const made = await adoptExisting(request, () => callOrganizations(request, 'CreateOrganizationalUnit', input));
    const unit: Unit = made?.OrganizationalUnit ?? (await unitOf(request));
    request.initiated(unit.Id);
    return stateOf(unit);
  },
  async update(request, existing) {
    const { Name } = request.properties;
    const OrganizationalUnitId = existing.physicalId;
    if (Name !== existing.properties.Name) {
      await callOrganizations(request, 'UpdateOrganizationalUnit', { OrganizationalUnitId, Name });
    }
    await retag(request, OrganizationalUnitId, existing.tags);
    return existing;
  },
  async delete(request, existing) {
    const OrganizationalUnitId = existing.physicalId;
    await ifExists(() => callOrganizations(request, 'DeleteOrganizationalUnit', { OrganizationalUnitId }));
  },
};

/** The unit that an earlier try made; lists show it a moment later. */
async function unitOf(request: ResourceRequest): Promise<Unit> {
  const { Name, ParentId } = request.properties;
  let found: Unit | undefined;
  const look = async () => {
    const units = await listOrganizations<Unit>(
      request,
      'ListOrganizationalUnitsForParent',
      { ParentId },
      'OrganizationalUnits',
    );
    found = units.find((unit) => unit.Name === Name);
    return found !== undefined;
  };
  await request.waitUntil(look, 3, 60);
  if (!found) throw new Error(`the unit ${Name} is not listed below ${ParentId}`);
  return found;
}

function stateOf({ Id, Arn }: Unit): ResourceState {
  return { physicalId: Id, attributes: { Id, Arn } };
}
