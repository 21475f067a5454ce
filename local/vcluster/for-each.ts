/**
 * Does the work for each, one after the other: what fails for one does not keep the others from it. Throws afterwards, with all the
 * messages, if any failed.
 */
export async function forEach<T>(items: Iterable<T>, work: (item: T) => Promise<void>): Promise<void> {
  const errors: Error[] = [];
  for (const item of items) {
    try {
      await work(item);
    } catch (error) {
      errors.push(error as Error);
    }
  }
  if (errors.length > 0) throw new AggregateError(errors, errors.map(({ message }) => message).join('; '));
}
