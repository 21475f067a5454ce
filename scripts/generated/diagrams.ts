import { readdirSync, readFileSync } from 'node:fs';

interface State {
  Type: string;
  Next?: string;
  End?: boolean;
  Comment?: string;
  Default?: string;
  Resource?: string;
  Choices?: { Next: string; Condition?: string }[];
  Catch?: { Next: string; ErrorEquals: string[] }[];
  ItemProcessor?: Machine;
  Branches?: Machine[];
}

interface Machine {
  Comment?: string;
  StartAt: string;
  States: Record<string, State>;
}

/** A Mermaid diagram and a table of the states for every workflow: path -> content. */
export function generatedDiagrams(): [path: string, content: string][] {
  const names = readdirSync('statemachines')
    .filter((file) => file.endsWith('.asl.json'))
    .map((file) => file.replace('.asl.json', ''))
    .sort();
  return names.map((name) => [
    `docs/workflows/${name}.md`,
    page(name, JSON.parse(readFileSync(`statemachines/${name}.asl.json`, 'utf8')) as Machine),
  ]);
}

function page(name: string, machine: Machine): string {
  const lines = [
    `# ${name}`,
    '',
    machine.Comment ?? '',
    '',
    `Generated from \`statemachines/${name}.asl.json\` by \`npm run generate\`.`,
    '',
    '```mermaid',
    'stateDiagram-v2',
    ...transitions(machine, '  ', ''),
    '```',
    '',
    '| state | type | does | what for |',
    '|---|---|---|---|',
    ...rows(machine),
    '',
  ];
  return lines.join('\n');
}

/** Nested machines get their ids behind the name of the state that holds them, since Mermaid's ids are global. */
function transitions(machine: Machine, indent: string, prefix: string): string[] {
  const id = (state: string) => `${prefix}${state}`;
  const lines = [`${indent}[*] --> ${id(machine.StartAt)}`];
  for (const [name, state] of Object.entries(machine.States)) {
    if (prefix) lines.push(`${indent}state "${name}" as ${id(name)}`);
    for (const nested of [...(state.Branches ?? []), ...(state.ItemProcessor ? [state.ItemProcessor] : [])]) {
      lines.push(`${indent}state ${id(name)} {`, ...transitions(nested, `${indent}  `, `${id(name)}_`), `${indent}}`);
    }
    if (state.Next) lines.push(`${indent}${id(name)} --> ${id(state.Next)}`);
    for (const choice of state.Choices ?? [])
      lines.push(`${indent}${id(name)} --> ${id(choice.Next)}: ${label(choice.Condition ?? '')}`);
    if (state.Default) lines.push(`${indent}${id(name)} --> ${id(state.Default)}: otherwise`);
    for (const caught of state.Catch ?? [])
      lines.push(`${indent}${id(name)} --> ${id(caught.Next)}: ${caught.ErrorEquals.join(', ')}`);
    if (state.End || state.Type === 'Succeed' || state.Type === 'Fail') lines.push(`${indent}${id(name)} --> [*]`);
  }
  return lines;
}

function label(condition: string): string {
  return condition
    .replace(/^\{%\s*|\s*%\}$/g, '')
    .replace(/\$states\.input\./g, '')
    .replace(/[:;]/g, ' ');
}

function rows(machine: Machine, depth = 0): string[] {
  return Object.entries(machine.States).flatMap(([name, state]) => [
    `| ${'&nbsp;&nbsp;'.repeat(depth)}${name} | ${state.Type} | ${does(state)} | ${state.Comment ?? ''} |`,
    ...[...(state.Branches ?? []), ...(state.ItemProcessor ? [state.ItemProcessor] : [])].flatMap((nested) =>
      rows(nested, depth + 1),
    ),
  ]);
}

function does(state: State): string {
  const text = JSON.stringify(state);
  const target = text.match(/\$\{(\w+?)(Function|StateMachine)\}/);
  return target
    ? `\`${target[1]?.replace(/[A-Z]/g, (letter, index) => (index ? '-' : '') + letter.toLowerCase())}\``
    : '';
}
