import { AwsError } from '../kernel/errors.ts';
import type { Cloud, Operation, OperationInput, RequestContext } from '../kernel/service.ts';
import { page } from './budget-operations.ts';
import { accountOf, type BudgetRecord, type BudgetStore, invalid, onBudget } from './budget-store.ts';
import { addNotification, findNotification, parseNotification, parseSubscriber } from './notification-input.ts';

type Change = (record: BudgetRecord, input: OperationInput) => void;

/** Notifications of a budget and their subscribers. */
export function notificationOperations(cloud: Cloud, store: BudgetStore): Record<string, Operation> {
  const change = (apply: Change): Operation => ({
    authorize: onBudget('ModifyBudget'),
    handle(input, context) {
      const accountId = accountOf(input, context);
      const record = store.get(accountId, String(input.BudgetName), 'get');
      apply(record, input);
      store.put(accountId, { ...record, updatedAt: cloud.clock.now() });
      return {};
    },
  });
  const view = (show: (record: BudgetRecord, input: OperationInput) => Record<string, unknown>): Operation => ({
    authorize: onBudget('ViewBudget'),
    handle: (input: OperationInput, context: RequestContext) =>
      show(store.get(accountOf(input, context), String(input.BudgetName), 'get'), input),
  });
  return {
    CreateNotification: change((record, input) =>
      addNotification(record.notifications, input.Notification, input.Subscribers),
    ),
    UpdateNotification: change((record, input) => {
      existing(record, input.OldNotification).notification = parseNotification(input.NewNotification);
    }),
    DeleteNotification: change((record, input) => {
      const gone = existing(record, input.Notification);
      record.notifications = record.notifications.filter((entry) => entry !== gone);
    }),
    CreateSubscriber: change((record, input) => {
      const { subscribers } = existing(record, input.Notification);
      const added = parseSubscriber(input.Subscriber);
      if (subscribers.some((other) => other.Address === added.Address)) {
        throw new AwsError('DuplicateRecordException', 'Error creating subscriber - the subscriber already exists.');
      }
      subscribers.push(added);
    }),
    UpdateSubscriber: change((record, input) => {
      const entry = existing(record, input.Notification);
      const changed = parseSubscriber(input.NewSubscriber);
      entry.subscribers = [...without(entry.subscribers, input.OldSubscriber), changed];
    }),
    DeleteSubscriber: change((record, input) => {
      const entry = existing(record, input.Notification);
      const rest = without(entry.subscribers, input.Subscriber);
      if (rest.length === 0) throw invalid('A notification needs at least one subscriber.');
      entry.subscribers = rest;
    }),
    DescribeNotificationsForBudget: view((record, input) =>
      page(
        record.notifications.map(({ notification }) => ({ ...notification, NotificationState: 'OK' })),
        input,
        'Notifications',
      ),
    ),
    DescribeSubscribersForNotification: view((record, input) =>
      page(existing(record, input.Notification).subscribers, input, 'Subscribers'),
    ),
  };
}

function existing(record: BudgetRecord, given: OperationInput): BudgetRecord['notifications'][number] {
  const entry = findNotification(record.notifications, parseNotification(given));
  if (!entry) throw new AwsError('NotFoundException', "Unable to get notification - the notification doesn't exist.");
  return entry;
}

function without(subscribers: BudgetRecord['notifications'][number]['subscribers'], gone: OperationInput) {
  const rest = subscribers.filter(
    (other) => other.Address !== gone?.Address || other.SubscriptionType !== gone?.SubscriptionType,
  );
  if (rest.length < subscribers.length) return rest;
  throw new AwsError('NotFoundException', "Unable to get subscriber - the subscriber doesn't exist.");
}
