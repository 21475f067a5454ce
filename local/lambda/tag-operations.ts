import { AwsError } from '../kernel/errors.ts';
import type { Operation, OperationInput, RequestContext } from '../kernel/service.ts';
import { parseFunctionRef } from './arn.ts';
import type { LambdaParts } from './parts.ts';

/** Tags of functions, by ARN. https://docs.aws.amazon.com/lambda/latest/dg/configuration-tags.html */
export function tagOperations(parts: LambdaParts): Record<string, Operation> {
  const { functions } = parts;
  const uri = '/2017-03-31/tags/{Resource}';
  const guard = (action: string) => (input: OperationInput) => [{ action, resource: String(input.Resource) }];
  const owner = (input: OperationInput, context: RequestContext) =>
    functions.get(parseFunctionRef(input.Resource, undefined, context));
  return {
    ListTags: {
      http: { method: 'GET', uri },
      authorize: guard('lambda:ListTags'),
      handle: (input, context) => ({ Tags: owner(input, context).tags }),
    },
    TagResource: {
      http: { method: 'POST', uri, status: 204 },
      authorize: guard('lambda:TagResource'),
      handle(input, context) {
        const record = owner(input, context);
        const tags = { ...record.tags, ...input.Tags };
        if (Object.keys(tags).length > 50) {
          throw new AwsError('InvalidParameterValueException', 'Exceeded maximum number of tags: 50', {
            fields: { Type: 'User' },
          });
        }
        functions.put({ ...record, tags });
      },
    },
    UntagResource: {
      http: { method: 'DELETE', uri, status: 204 },
      authorize: guard('lambda:UntagResource'),
      handle(input, context) {
        const record = owner(input, context);
        const keys = [input.tagKeys ?? input.TagKeys ?? []].flat();
        functions.put({
          ...record,
          tags: Object.fromEntries(Object.entries(record.tags).filter(([name]) => !keys.includes(name))),
        });
      },
    },
  };
}
