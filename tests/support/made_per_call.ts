/**
 * Finds generator functions and classes that are made anew by every call of a function. V8 makes a prototype and a hidden
 * class for each, and drops code that was optimised for others: that costs 0.3 µs a key in a command for many.
 */

import type { SourceFile } from "./structure.ts";

/** One sentence for each generator function and each class inside of a function. */
export function madePerCall(file: SourceFile): string[] {
  const breaches: string[] = [];
  const report = (node: Placed, what: string) => {
    if (!isInFunction(node.parent)) return;
    const line = file.text.slice(0, node.range[0]).split("\n").length;
    breaches.push(`${file.path}:${line} makes a ${what} at every call`);
  };
  Deno.lint.runPlugin(
    {
      name: "held",
      rules: {
        rule: {
          create: () => ({
            FunctionDeclaration: (node) => node.generator && report(node, "generator function"),
            FunctionExpression: (node) => node.generator && report(node, "generator function"),
            ClassDeclaration: (node) => report(node, "class"),
            ClassExpression: (node) => report(node, "class"),
          }),
        },
      },
    },
    file.path,
    file.text,
  );
  return breaches;
}

interface Placed {
  readonly range: Deno.lint.Range;
  readonly parent: AnyNode;
}

type AnyNode = Deno.lint.Node | Deno.lint.TSParameterProperty;

function isInFunction(node: AnyNode): boolean {
  if (FUNCTIONS.has(node.type)) return true;
  return node.type !== "Program" && "parent" in node && isInFunction(node.parent);
}

const FUNCTIONS: ReadonlySet<string> = new Set([
  "ArrowFunctionExpression",
  "FunctionDeclaration",
  "FunctionExpression",
]);
