/** Names a place inside of a value, for messages: `value.lines[3].price`. */

/** Names a property of what `path` names. */
export function pathOf(path: string, key: string): string {
  if (/^[A-Za-z_$][\w$]*$/.test(key)) return `${path}.${key}`;
  return `${path}[${JSON.stringify(key.length > 40 ? `${key.slice(0, 40)}…` : key)}]`;
}
