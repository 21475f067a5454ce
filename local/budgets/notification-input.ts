import { AwsError } from '../kernel/errors.ts';
import type { OperationInput } from '../kernel/service.ts';
import { type BudgetRecord, invalid, type Notification, type Subscriber } from './budget-store.ts';

/** Per budget and per notification. https://docs.aws.amazon.com/cost-management/latest/userguide/management-limits.html */
const MOST_NOTIFICATIONS = 10;
const MOST_SUBSCRIBERS = 11;

const ALLOWED: Record<string, readonly string[]> = {
  NotificationType: ['ACTUAL', 'FORECASTED'],
  ComparisonOperator: ['GREATER_THAN', 'LESS_THAN', 'EQUAL_TO'],
  ThresholdType: ['PERCENTAGE', 'ABSOLUTE_VALUE'],
};

/** Checks `NotificationsWithSubscribers`. Throws InvalidParameterException, DuplicateRecordException, CreationLimitExceededException. */
export function parseNotifications(given: OperationInput[]): BudgetRecord['notifications'] {
  const parsed: BudgetRecord['notifications'] = [];
  for (const item of given) addNotification(parsed, item.Notification, item.Subscribers);
  return parsed;
}

/** Adds one notification to `list`. Throws as {@link parseNotifications}. */
export function addNotification(
  list: BudgetRecord['notifications'],
  given: OperationInput,
  subscribers: OperationInput,
): void {
  const notification = parseNotification(given);
  if (findNotification(list, notification)) {
    throw new AwsError('DuplicateRecordException', 'Error creating notification - the notification already exists.');
  }
  if (list.length >= MOST_NOTIFICATIONS) {
    throw new AwsError(
      'CreationLimitExceededException',
      `A budget can have no more than ${MOST_NOTIFICATIONS} notifications.`,
    );
  }
  list.push({ notification, subscribers: parseSubscribers(subscribers) });
}

/** The notification with equal members, if there is one. */
export function findNotification(list: BudgetRecord['notifications'], wanted: Notification) {
  return list.find(
    ({ notification }) =>
      notification.NotificationType === wanted.NotificationType &&
      notification.ComparisonOperator === wanted.ComparisonOperator &&
      notification.Threshold === wanted.Threshold &&
      notification.ThresholdType === wanted.ThresholdType,
  );
}

/** A Notification with its default threshold type. Throws InvalidParameterException. */
export function parseNotification(given: OperationInput): Notification {
  const notification = { ThresholdType: 'PERCENTAGE', ...given };
  for (const [member, values] of Object.entries(ALLOWED)) {
    if (values.includes(notification[member])) continue;
    throw invalid(
      `1 validation error detected: Value '${String(notification[member])}' at 'notification.${member}' failed to satisfy constraint: Member must satisfy enum value set: [${values.join(', ')}]`,
    );
  }
  const threshold = Number(notification.Threshold);
  if (!(threshold > 0 && threshold <= 15_000_000_000_000))
    throw invalid('Notification threshold must be greater than 0.');
  return {
    NotificationType: notification.NotificationType,
    ComparisonOperator: notification.ComparisonOperator,
    Threshold: threshold,
    ThresholdType: notification.ThresholdType,
  };
}

function parseSubscribers(given: OperationInput): Subscriber[] {
  if (!Array.isArray(given) || given.length === 0) throw invalid('A notification needs at least one subscriber.');
  if (given.length > MOST_SUBSCRIBERS) {
    throw new AwsError(
      'CreationLimitExceededException',
      `A notification can have no more than ${MOST_SUBSCRIBERS} subscribers.`,
    );
  }
  const subscribers = given.map(parseSubscriber);
  if (subscribers.filter(({ SubscriptionType }) => SubscriptionType === 'SNS').length > 1) {
    throw invalid('A notification can have no more than one SNS subscriber.');
  }
  return subscribers;
}

/** Throws InvalidParameterException. */
export function parseSubscriber(given: OperationInput): Subscriber {
  const { SubscriptionType: type, Address: address } = given ?? {};
  const fits = type === 'EMAIL' ? /^[^@\s]+@[^@\s]+\.[^@\s]+$/ : /^arn:aws[a-z-]*:sns:[^:]+:\d{12}:.+$/;
  if ((type === 'EMAIL' || type === 'SNS') && typeof address === 'string' && fits.test(address)) {
    return { SubscriptionType: type, Address: address };
  }
  throw invalid(`The subscriber ${String(type)} ${String(address)} is not valid.`);
}
