import { parseDocument, type ScalarTag, type Tags, type YAMLMap, type YAMLSeq } from 'yaml';
import { AwsError } from '../kernel/errors.ts';

/** Functions with a short form whose name is not `Fn::`-prefixed. */
const BARE = new Set(['Ref', 'Condition']);
const FUNCTIONS = [
  'Ref',
  'Condition',
  'And',
  'Base64',
  'Cidr',
  'Equals',
  'FindInMap',
  'GetAtt',
  'GetAZs',
  'If',
  'ImportValue',
  'Join',
  'Length',
  'Not',
  'Or',
  'Select',
  'Split',
  'Sub',
  'ToJsonString',
  'Transform',
];

/**
 * A YAML template as the JSON it stands for; `!Sub x` becomes `{"Fn::Sub": "x"}`. Throws ValidationError.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
 */
export function parseYamlTemplate(text: string): unknown {
  const document = parseDocument(text, { schema: 'core', customTags: shortForms(), merge: false, uniqueKeys: true });
  const problem = document.errors[0] ?? document.warnings[0];
  if (problem)
    throw new AwsError(
      'ValidationError',
      `Template format error: YAML not well-formed. (${firstLine(problem.message)})`,
    );
  return document.toJS();
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? text;
}

function shortForms(): Tags {
  return FUNCTIONS.flatMap((name) => {
    const key = BARE.has(name) ? name : `Fn::${name}`;
    const scalar: ScalarTag = {
      tag: `!${name}`,
      // `!GetAtt Queue.Arn` is the short form of a list; everything after the first dot is the attribute.
      resolve: (value: string) => ({ [key]: name === 'GetAtt' ? splitOnce(value) : value }),
    };
    const collection = (kind: 'seq' | 'map') => ({
      tag: `!${name}`,
      collection: kind,
      resolve: (node: YAMLMap.Parsed | YAMLSeq.Parsed) => node,
      nodeClass: undefined,
    });
    return [scalar, wrapping(collection('seq'), key), wrapping(collection('map'), key)];
  }) as Tags;
}

function splitOnce(value: string): string[] {
  const dot = value.indexOf('.');
  return dot < 0 ? [value] : [value.slice(0, dot), value.slice(dot + 1)];
}

/** Keeps the collection as it is and wraps it in `{ key: … }` when the document becomes plain values. */
function wrapping<T extends { resolve(node: YAMLMap.Parsed | YAMLSeq.Parsed): unknown }>(tag: T, key: string): T {
  return {
    ...tag,
    resolve(node: YAMLMap.Parsed | YAMLSeq.Parsed) {
      const toPlain = node.toJSON.bind(node);
      node.toJSON = (argument?: unknown, context?: never) => ({ [key]: toPlain(argument as never, context as never) });
      return node;
    },
  };
}
