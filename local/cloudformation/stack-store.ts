import { randomUUID } from 'node:crypto';
import type { Cloud } from '../kernel/service.ts';
import type { ResourceRecord, ResourceStatus, StackEventRecord, StackRecord, StackStatus } from './stack-record.ts';
import { parseTemplate, type Template, validationError } from './template.ts';

/** Stacks, their resources, events and templates in the cloud's store. Writes are durable when the call returns. */
export interface StackStore {
  find(accountId: string, region: string, nameOrId: string): StackRecord | undefined;
  /** Throws ValidationError "Stack with id … does not exist". */
  require(accountId: string, region: string, nameOrId: string): StackRecord;
  byId(stackId: string): StackRecord;
  put(stack: StackRecord): void;
  /** Drops a stack that was only reviewed. */
  forget(stack: StackRecord): void;
  list(accountId: string, region: string): StackRecord[];
  all(): StackRecord[];
  templateText(stackId: string, version?: 'current' | 'previous'): string;
  template(stackId: string, version?: 'current' | 'previous'): Template;
  putTemplate(stackId: string, text: string, version?: 'current' | 'previous'): void;
  resources(stackId: string): ResourceRecord[];
  resource(stackId: string, logicalId: string): ResourceRecord | undefined;
  putResource(stackId: string, resource: ResourceRecord): void;
  deleteResource(stackId: string, logicalId: string): void;
  /** Newest first. */
  events(stackId: string): StackEventRecord[];
  /** Sets the stack's status and records the event in one transaction. */
  setStatus(stackId: string, status: StackStatus, reason?: string): StackRecord;
  /** Stores the resource and records an event with its status. */
  recordResource(stackId: string, resource: ResourceRecord, physicalId?: string): void;
  /** Records an event about one of the resource's physical forms, without touching the resource. */
  recordEvent(
    stack: StackRecord,
    resource: ResourceRecord,
    status: ResourceStatus,
    physicalId: string,
    reason?: string,
  ): void;
  /** Remembers that the running operation of the stack imports the export. */
  recordImport(stack: StackRecord, exportName: string): void;
  /** Forgets the stack's imports that its running operation did not use. */
  dropStaleImports(stack: StackRecord): void;
  /** Ids of stacks that import the export. */
  importers(accountId: string, region: string, exportName: string): string[];
  transaction<R>(work: () => R): R;
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_StackEvent.html */
export function createStackStore(cloud: Cloud): StackStore {
  const { store, clock } = cloud;
  const stacks = store.collection<StackRecord>('cloudformation.stacks');
  const names = store.collection<string>('cloudformation.stack-names');
  const templates = store.collection<string>('cloudformation.templates');
  const resources = store.collection<ResourceRecord>('cloudformation.resources');
  const events = store.collection<StackEventRecord>('cloudformation.events');
  // exporting account|region|name|stack -> the operation that used it last
  const imports = store.collection<string>('cloudformation.imports');
  let sequence = events.size();

  const nameKey = (accountId: string, region: string, name: string) => `${accountId}|${region}|${name}`;
  const text = (stackId: string, version: string) => templates.get(`${stackId}|${version}`) ?? '';

  function addEvent(
    stack: StackRecord,
    event: Omit<StackEventRecord, 'EventId' | 'StackId' | 'StackName' | 'Timestamp'>,
  ) {
    const key = `${stack.stackId}|${String(sequence++).padStart(12, '0')}`;
    const full: StackEventRecord = {
      EventId:
        event.ResourceType === 'AWS::CloudFormation::Stack'
          ? randomUUID()
          : `${event.LogicalResourceId}-${event.ResourceStatus}-${randomUUID()}`,
      StackId: stack.stackId,
      StackName: stack.stackName,
      ClientRequestToken: stack.operation.token,
      Timestamp: clock.now(),
      ...event,
    };
    events.put(key, full);
    cloud.emit({ type: 'cloudformation.event', detail: { ...full } });
  }

  const self: StackStore = {
    find(accountId, region, nameOrId) {
      if (nameOrId.startsWith('arn:')) {
        const stack = stacks.get(nameOrId);
        return stack?.accountId === accountId && stack.region === region ? stack : undefined;
      }
      const stackId = names.get(nameKey(accountId, region, nameOrId));
      return stackId === undefined ? undefined : stacks.get(stackId);
    },
    require(accountId, region, nameOrId) {
      const stack = self.find(accountId, region, nameOrId);
      if (!stack) throw validationError(`Stack with id ${nameOrId} does not exist`);
      return stack;
    },
    byId(stackId) {
      const stack = stacks.get(stackId);
      if (!stack) throw validationError(`Stack with id ${stackId} does not exist`);
      return stack;
    },
    put(stack) {
      stacks.put(stack.stackId, stack);
      // A deleted stack is found by its id only: its name is free again.
      const key = nameKey(stack.accountId, stack.region, stack.stackName);
      if (stack.status !== 'DELETE_COMPLETE') names.put(key, stack.stackId);
      else if (names.get(key) === stack.stackId) names.delete(key);
    },
    forget(stack) {
      names.delete(nameKey(stack.accountId, stack.region, stack.stackName));
      stacks.delete(stack.stackId);
    },
    list: (accountId, region) =>
      stacks.entries(`arn:aws:cloudformation:${region}:${accountId}:`).map(([, stack]) => stack),
    all: () => stacks.entries().map(([, stack]) => stack),
    templateText: (stackId, version = 'current') => text(stackId, version),
    template: (stackId, version = 'current') => parseTemplate(text(stackId, version)),
    putTemplate: (stackId, value, version = 'current') => templates.put(`${stackId}|${version}`, value),
    resources: (stackId) => resources.entries(`${stackId}|`).map(([, resource]) => resource),
    resource: (stackId, logicalId) => resources.get(`${stackId}|${logicalId}`),
    putResource: (stackId, resource) => resources.put(`${stackId}|${resource.logicalId}`, resource),
    deleteResource: (stackId, logicalId) => {
      resources.delete(`${stackId}|${logicalId}`);
    },
    events: (stackId) =>
      events
        .entries(`${stackId}|`)
        .map(([, event]) => event)
        .reverse(),
    setStatus(stackId, status, reason) {
      return store.transaction(() => {
        const stack = { ...self.byId(stackId), status, statusReason: reason };
        if (status === 'DELETE_COMPLETE') stack.deletedAt = clock.now();
        self.put(stack);
        addEvent(stack, {
          LogicalResourceId: stack.stackName,
          PhysicalResourceId: stackId,
          ResourceType: 'AWS::CloudFormation::Stack',
          ResourceStatus: status,
          ResourceStatusReason: reason,
        });
        return stack;
      });
    },
    recordResource(stackId, resource, physicalId) {
      store.transaction(() => {
        resource.updatedAt = clock.now();
        self.putResource(stackId, resource);
        const properties = resource.intent?.properties ?? resource.current?.properties;
        addEvent(self.byId(stackId), {
          LogicalResourceId: resource.logicalId,
          PhysicalResourceId: physicalId ?? resource.intent?.physicalId ?? resource.current?.physicalId ?? '',
          ResourceType: resource.type,
          ResourceStatus: resource.status,
          ResourceStatusReason: resource.statusReason,
          ResourceProperties: properties === undefined ? undefined : JSON.stringify(properties),
        });
      });
    },
    recordEvent: (stack, resource, status, physicalId, reason) =>
      addEvent(stack, {
        LogicalResourceId: resource.logicalId,
        PhysicalResourceId: physicalId,
        ResourceType: resource.type,
        ResourceStatus: status,
        ResourceStatusReason: reason,
      }),
    recordImport: (stack, name) =>
      imports.put(`${nameKey(stack.accountId, stack.region, name)}|${stack.stackId}`, stack.operation.id),
    dropStaleImports(stack) {
      for (const [key, operation] of imports.entries(`${stack.accountId}|${stack.region}|`)) {
        if (key.endsWith(`|${stack.stackId}`) && operation !== stack.operation.id) imports.delete(key);
      }
    },
    importers: (accountId, region, name) =>
      imports.entries(`${nameKey(accountId, region, name)}|`).map(([key]) => key.split('|').at(-1) ?? key),
    transaction: (work) => store.transaction(work),
  };
  return self;
}
