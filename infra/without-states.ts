interface Machine {
  States: Record<string, State>;
}

interface State {
  Choices?: { Next: string }[];
  ItemProcessor?: Machine;
}

/**
 * A definition without some of its states and the choices that lead to them, also inside a Map. Throws an Error for a state that
 * the definition does not have.
 */
export function withoutStates(definition: string, names: readonly string[]): string {
  if (names.length === 0) return definition;
  const machine = JSON.parse(definition) as Machine;
  const removed = new Set<string>();
  remove(machine, new Set(names), removed);
  const missing = names.find((name) => !removed.has(name));
  if (missing) throw new Error(`The definition has no state "${missing}" to leave out.`);
  return JSON.stringify(machine, null, 2);
}

function remove({ States }: Machine, names: ReadonlySet<string>, removed: Set<string>): void {
  for (const [name, state] of Object.entries(States)) {
    if (names.has(name)) {
      delete States[name];
      removed.add(name);
      continue;
    }
    if (state.Choices) state.Choices = state.Choices.filter(({ Next }) => !names.has(Next));
    if (state.ItemProcessor) remove(state.ItemProcessor, names, removed);
  }
}
