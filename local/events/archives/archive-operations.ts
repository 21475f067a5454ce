import { AwsError } from '../../kernel/errors.ts';
import type { OperationInput, RequestContext } from '../../kernel/service.ts';
import { archiveArn, busAddress, busArn } from '../arns.ts';
import { existingBus } from '../buses/bus-operations.ts';
import { page } from '../paging.ts';
import type { EventsParts, Operations } from '../parts.ts';
import { compilePattern } from '../pattern/compile.ts';
import type { ArchiveRecord } from '../records.ts';
import { optionalInteger, optionalText, requiredText, resourceNotFound, validationError } from '../validation.ts';
import { archivedEventsPrefix, archiveKey } from './archives.ts';

const ARCHIVE_NAME = { most: 48, pattern: /^[.\-_A-Za-z0-9]+$/ };

/** CreateArchive, DescribeArchive, UpdateArchive, DeleteArchive, ListArchives. */
export function archiveOperations(parts: EventsParts): Operations {
  const authorize = (operation: string) => (input: OperationInput, context: RequestContext) => [
    { action: `events:${operation}`, resource: archiveArn(context, String(input.ArchiveName)) },
  ];
  return {
    CreateArchive: { authorize: authorize('CreateArchive'), handle: (input, context) => create(parts, input, context) },
    DescribeArchive: {
      authorize: authorize('DescribeArchive'),
      handle(input, context) {
        const archive = existing(parts, input, context);
        const { description, eventPattern, kmsKeyIdentifier } = archive;
        return {
          ArchiveArn: archive.arn,
          ...summary(archive),
          Description: description,
          EventPattern: eventPattern,
          KmsKeyIdentifier: kmsKeyIdentifier,
        };
      },
    },
    UpdateArchive: { authorize: authorize('UpdateArchive'), handle: (input, context) => update(parts, input, context) },
    DeleteArchive: { authorize: authorize('DeleteArchive'), handle: (input, context) => remove(parts, input, context) },
    ListArchives: { handle: (input, context) => list(parts, input, context) },
  };
}

function create(parts: EventsParts, input: OperationInput, context: RequestContext): unknown {
  const name = requiredText('archiveName', input.ArchiveName, ARCHIVE_NAME);
  const source = requiredText('eventSourceArn', input.EventSourceArn, { most: 1600 });
  const bus = source.startsWith('arn:') ? busAddress(source, context) : undefined;
  if (!bus) throw validationError('Parameter EventSourceArn is not valid. Reason: Must contain an event bus ARN.');
  existingBus(parts, bus);
  const key = archiveKey(context, name);
  if (parts.records.archives.get(key)) {
    throw new AwsError('ResourceAlreadyExistsException', `Archive ${name} already exists.`);
  }
  const archive: ArchiveRecord = {
    name,
    bus,
    arn: archiveArn(context, name),
    retentionDays: 0,
    ...settings(input),
    createdAt: parts.cloud.clock.now(),
    eventCount: 0,
    sizeBytes: 0,
  };
  return saved(parts, key, archive);
}

function update(parts: EventsParts, input: OperationInput, context: RequestContext): unknown {
  const archive = existing(parts, input, context);
  return saved(parts, archiveKey(context, archive.name), { ...archive, ...settings(input) });
}

function saved(parts: EventsParts, key: string, archive: ArchiveRecord): unknown {
  parts.records.archives.put(key, archive);
  parts.archives.archivesChanged();
  return { ArchiveArn: archive.arn, State: 'ENABLED', CreationTime: new Date(archive.createdAt) };
}

function settings(input: OperationInput): Partial<ArchiveRecord> {
  const description = optionalText('description', input.Description, { most: 512 });
  const eventPattern = optionalText('eventPattern', input.EventPattern, { most: 4096 });
  const retentionDays = optionalInteger('retentionDays', input.RetentionDays, 0, 2_147_483_647);
  const kmsKeyIdentifier = optionalText('kmsKeyIdentifier', input.KmsKeyIdentifier, { most: 2048 });
  if (eventPattern) compilePattern(eventPattern);
  return {
    ...(description !== undefined && { description }),
    ...(eventPattern && { eventPattern }),
    ...(retentionDays !== undefined && { retentionDays }),
    ...(kmsKeyIdentifier !== undefined && { kmsKeyIdentifier }),
  };
}

function existing(parts: EventsParts, input: OperationInput, context: RequestContext): ArchiveRecord {
  const name = requiredText('archiveName', input.ArchiveName, ARCHIVE_NAME);
  const archive = parts.records.archives.get(archiveKey(context, name));
  if (!archive) throw resourceNotFound(`Archive ${name} does not exist.`);
  return archive;
}

function remove(parts: EventsParts, input: OperationInput, context: RequestContext): unknown {
  const archive = existing(parts, input, context);
  parts.cloud.store.transaction(() => {
    parts.records.archives.delete(archiveKey(context, archive.name));
    for (const [key] of parts.records.archivedEvents.entries(archivedEventsPrefix(archive))) {
      parts.records.archivedEvents.delete(key);
    }
  });
  parts.archives.archivesChanged();
  return {};
}

function list(parts: EventsParts, input: OperationInput, context: RequestContext): unknown {
  const prefix = optionalText('namePrefix', input.NamePrefix, ARCHIVE_NAME) ?? '';
  const archives = parts.records.archives
    .entries(archiveKey(context, prefix))
    .map(([, archive]) => archive)
    .filter((archive) => input.EventSourceArn === undefined || busArn(archive.bus) === input.EventSourceArn)
    .filter(() => input.State === undefined || input.State === 'ENABLED');
  const { items, NextToken } = page(archives, input);
  return { Archives: items.map(summary), NextToken };
}

function summary(archive: ArchiveRecord): Record<string, unknown> {
  return {
    ArchiveName: archive.name,
    EventSourceArn: busArn(archive.bus),
    State: 'ENABLED',
    RetentionDays: archive.retentionDays,
    SizeBytes: archive.sizeBytes,
    EventCount: archive.eventCount,
    CreationTime: new Date(archive.createdAt),
  };
}
