import type { Engine } from '../engine.ts';
import { listExports } from '../exports.ts';
import type { StackOutput, StackRecord } from '../stack-record.ts';
import { resolvedValue, stackScope } from '../stack-scope.ts';
import { type Template, validationError } from '../template.ts';

/**
 * The outputs of a stack whose resources are made. Throws ValidationError for a value that is no text, and for an
 * export whose name another stack has.
 */
export async function resolveOutputs(engine: Engine, stack: StackRecord, template: Template): Promise<StackOutput[]> {
  const scope = stackScope(engine, stack, template);
  const outputs: StackOutput[] = [];
  for (const [OutputKey, output] of Object.entries(template.Outputs)) {
    if (output.Condition !== undefined && !scope.condition(output.Condition)) continue;
    const value = await resolvedValue(engine, stack, scope, output.Value);
    if (typeof value === 'object') {
      throw validationError(
        'Template format error: The Value field of every Outputs member must evaluate to a String.',
      );
    }
    const name = output.Export && String(await resolvedValue(engine, stack, scope, output.Export.Name));
    outputs.push({ OutputKey, OutputValue: String(value), Description: output.Description, ExportName: name });
  }
  const taken = listExports(engine.stacks, stack.accountId, stack.region).filter(
    (item) => item.ExportingStackId !== stack.stackId,
  );
  for (const output of outputs) {
    const other = taken.find((item) => item.Name === output.ExportName);
    if (!other) continue;
    const owner = engine.stacks.byId(other.ExportingStackId).stackName;
    throw validationError(`Export with name ${other.Name} is already exported by stack ${owner}`);
  }
  return outputs;
}
