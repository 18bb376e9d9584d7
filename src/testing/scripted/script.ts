/**
 * One thing a {@linkcode ScriptedServer} does: sends bytes or a text's UTF-8, waits for so many milliseconds, an
 * integer from 0 to 2,147,483,647, or closes the connection.
 */
export type ScriptStep =
  | string
  | Uint8Array
  | { readonly wait: number }
  | { readonly close: true };

/** What is awaited, and what is answered to it. */
export interface ScriptedExchange {
  /** The bytes that must come, at least one: any bytes, as many as one read gives, unless given. */
  readonly expect?: string | Uint8Array;
  /** What is done when they came. */
  readonly reply: readonly ScriptStep[];
}
