/** The header `Vary` (RFC 9110, section 12.5.5): which headers of a request a response was chosen by. */

/** Gives the names in lower case, each once and in order; `undefined` for `*`, which matches no other request. */
export function varyNames(headers: Headers): readonly string[] | undefined {
  const names = (headers.get("vary") ?? "").toLowerCase().split(",").map((name) => name.trim());
  if (names.includes("*")) return undefined;
  return [...new Set(names.filter((name) => name !== ""))].sort();
}

/** Gives what two requests have in common that get the same response. */
export function variantOf(names: readonly string[], headers: Headers): string {
  return names.map((name) => `${name}=${encodeURIComponent(normal(headers.get(name)))}`).join("&");
}

/** Spaces around commas mean nothing. A header that is not there differs from an empty one. */
function normal(value: string | null): string {
  return value === null ? "\0" : value.trim().replace(/\s*,\s*/g, ",");
}
