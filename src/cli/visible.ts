/**
 * Text that cannot drive a terminal. Keys, values and what servers say may hold any bytes: an escape sequence among them
 * could move the cursor, rename the window or hide what comes next.
 */

/** Gives a text with its control characters written out, as in `\x1b`. Line ends stay only if they are wanted. */
export function visible(text: string, keepsLines = false): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu,
    (character) =>
      keepsLines && (character === "\n" || character === "\t") ? character : escaped(character),
  );
}

/** Gives JSON that means the same, and has its control characters written out: JSON itself does so only for some. */
export function visibleJson(json: string): string {
  return json.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, (character) => {
    return Array.from({ length: character.length }, (_, index) => {
      return `\\u${hex(character.charCodeAt(index), 4)}`;
    }).join("");
  });
}

function escaped(character: string): string {
  const short = SHORT.get(character);
  if (short !== undefined) return short;
  const code = character.codePointAt(0)!;
  return code < 0x100
    ? `\\x${hex(code, 2)}`
    : code < 0x10000
    ? `\\u${hex(code, 4)}`
    : `\\u{${hex(code, 1)}}`;
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, "0");
}

const SHORT: ReadonlyMap<string, string> = new Map([["\n", "\\n"], ["\r", "\\r"], ["\t", "\\t"]]);
