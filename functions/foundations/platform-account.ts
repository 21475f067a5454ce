/** The account that runs the workflows and the shared clusters: the one of the execution. */
export function platformAccountOf(executionArn: string): string {
  return executionArn.split(':')[4] ?? '';
}
