import { AwsError } from '../../kernel/errors.ts';
import { pick, type ResourceProvider, type ResourceRequest, type ResourceState } from '../resource-provider.ts';
import { deleteWhenFree, described, ifPresent, madeBefore, retag, tagged } from './ec2-resource.ts';

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-internetgateway.html */
export const ec2InternetGateway: ResourceProvider = {
  type: 'AWS::EC2::InternetGateway',
  properties: ['Tags'],
  replaceOn: [],
  seconds: { create: 16, update: 3, delete: 2 },
  async create(request) {
    const made =
      (await madeBefore(request, 'DescribeInternetGateways', 'InternetGateways')) ??
      (await request.call('ec2', 'CreateInternetGateway', tagged(request, 'internet-gateway'))).InternetGateway;
    const { InternetGatewayId } = made;
    request.initiated(InternetGatewayId);
    const InternetGatewayIds = [InternetGatewayId];
    await described(request, 'DescribeInternetGateways', 'InternetGateways', { InternetGatewayIds });
    return { physicalId: InternetGatewayId, attributes: { InternetGatewayId } };
  },
  async update(request, existing) {
    await retag(request, existing, existing.physicalId);
    return existing;
  },
  async delete(request, { physicalId: InternetGatewayId }) {
    await deleteWhenFree(request, () => request.call('ec2', 'DeleteInternetGateway', { InternetGatewayId }));
  },
};

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-vpcgatewayattachment.html */
export const ec2VpcGatewayAttachment: ResourceProvider = {
  type: 'AWS::EC2::VPCGatewayAttachment',
  properties: ['InternetGatewayId', 'VpcId'],
  required: ['InternetGatewayId', 'VpcId'],
  replaceOn: ['InternetGatewayId', 'VpcId'],
  seconds: { create: 2, delete: 2 },
  async create(request) {
    const input = pick(request.properties, ['InternetGatewayId', 'VpcId']);
    try {
      await request.call('ec2', 'AttachInternetGateway', input);
    } catch (error) {
      const attached = error instanceof AwsError && error.code === 'Resource.AlreadyAssociated';
      if (!attached || !request.resumed) throw error;
    }
    return { physicalId: `IGW|${input.VpcId}`, attributes: { AttachmentType: 'IGW' } };
  },
  async delete(request, { properties }) {
    const input = pick(properties, ['InternetGatewayId', 'VpcId']);
    await deleteWhenFree(request, async () => {
      try {
        await request.call('ec2', 'DetachInternetGateway', input);
      } catch (error) {
        if (!(error instanceof AwsError) || error.code !== 'Gateway.NotAttached') throw error;
      }
    });
  },
};

/** `Ref` is the address itself. https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-eip.html */
export const ec2Eip: ResourceProvider = {
  type: 'AWS::EC2::EIP',
  properties: ['Domain', 'Tags'],
  replaceOn: ['Domain'],
  seconds: { create: 15, update: 3, delete: 2 },
  async create(request) {
    const Domain = request.properties.Domain ?? 'vpc';
    const { AllocationId, PublicIp } =
      (await madeBefore(request, 'DescribeAddresses', 'Addresses')) ??
      (await request.call('ec2', 'AllocateAddress', { Domain, ...tagged(request, 'elastic-ip') }));
    request.initiated(PublicIp);
    await described(request, 'DescribeAddresses', 'Addresses', { AllocationIds: [AllocationId] });
    return { physicalId: PublicIp, attributes: { AllocationId, PublicIp } };
  },
  async update(request, existing) {
    await retag(request, existing, String(existing.attributes?.AllocationId));
    return existing;
  },
  async delete(request, { physicalId }) {
    const Filters = [{ Name: 'public-ip', Values: [physicalId] }];
    const { Addresses } = await request.call('ec2', 'DescribeAddresses', { Filters });
    const AllocationId = Addresses[0]?.AllocationId;
    if (AllocationId === undefined) return;
    await deleteWhenFree(request, () => request.call('ec2', 'ReleaseAddress', { AllocationId }));
  },
};

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-natgateway.html */
export const ec2NatGateway: ResourceProvider = {
  type: 'AWS::EC2::NatGateway',
  properties: ['AllocationId', 'ConnectivityType', 'SubnetId', 'Tags'],
  required: ['SubnetId'],
  replaceOn: ['AllocationId', 'ConnectivityType', 'SubnetId'],
  // It takes as long as the gateway does.
  seconds: { create: 0, update: 3, delete: 0 },
  async create(request) {
    const input = pick(request.properties, ['AllocationId', 'ConnectivityType', 'SubnetId']);
    const here = { 'subnet-id': input.SubnetId };
    const made =
      (await madeBefore(request, 'DescribeNatGateways', 'NatGateways', here)) ??
      (await request.call('ec2', 'CreateNatGateway', { ...input, ...tagged(request, 'natgateway') })).NatGateway;
    request.initiated(made.NatGatewayId);
    return natState(request, made.NatGatewayId);
  },
  async update(request, existing) {
    await retag(request, existing, existing.physicalId);
    return existing;
  },
  async delete(request, { physicalId: NatGatewayId }) {
    await ifPresent(() => request.call('ec2', 'DeleteNatGateway', { NatGatewayId }));
    const gone = async () => {
      const answer = await ifPresent(() =>
        request.call('ec2', 'DescribeNatGateways', { NatGatewayIds: [NatGatewayId] }),
      );
      return answer === undefined || answer.NatGateways[0].State === 'deleted';
    };
    await request.waitUntil(gone, 10, 1800);
  },
};

async function natState(request: ResourceRequest, NatGatewayId: string): Promise<ResourceState> {
  const gateway = await described(
    request,
    'DescribeNatGateways',
    'NatGateways',
    { NatGatewayIds: [NatGatewayId] },
    ({ State, FailureMessage }) => {
      if (State === 'failed') throw new AwsError('NatGatewayFailed', `NatGateway ${NatGatewayId}: ${FailureMessage}`);
      return State === 'available';
    },
  );
  const EniId = gateway.NatGatewayAddresses[0]?.NetworkInterfaceId;
  return { physicalId: NatGatewayId, attributes: { NatGatewayId, EniId } };
}
