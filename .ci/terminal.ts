/** Where texts go to, and the terminal as such a place. */

/** Where texts go to. */
export interface Show {
  out(text: string): void;
  error(text: string): void;
}

/** Writes all of a text, also where a pipe takes part of it. */
export const TERMINAL: Show = {
  out: (text) => writeAll(Deno.stdout, text),
  error: (text) => writeAll(Deno.stderr, text),
};

function writeAll(to: typeof Deno.stdout, text: string): void {
  const bytes = new TextEncoder().encode(text);
  for (let sent = 0; sent < bytes.length;) sent += to.writeSync(bytes.subarray(sent));
}
