/** The names of all methods of a class, those included that it inherits, but not those of every event target. */
export function methodsOf(prototype: object): string[] {
  if (prototype === EventTarget.prototype || prototype === Object.prototype) return [];
  const own = Object.entries(Object.getOwnPropertyDescriptors(prototype));
  return [
    ...own.filter(([name, { value }]) => typeof value === "function" && name !== "constructor")
      .map(([name]) => name),
    ...methodsOf(Object.getPrototypeOf(prototype)),
  ];
}
