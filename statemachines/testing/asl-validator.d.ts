/** The package comes without types. */
declare module 'asl-validator' {
  /** Whether the definition is valid Amazon States Language, and why not. */
  export default function validate(definition: unknown): { isValid: boolean; errorsText(): string };
}
