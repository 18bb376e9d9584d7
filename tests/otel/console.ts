/** Reads what Deno's console exporter prints. */

import type { Attributes } from "@opentelemetry/api";

/** A span as it is printed. */
export interface PrintedSpan {
  readonly name: string;
  readonly kind: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parent: string | undefined;
  readonly status: string | undefined;
  readonly scope: string | undefined;
  readonly attributes: Attributes;
}

/** A metric as it is printed. */
export interface PrintedMetric {
  readonly name: string;
  readonly about: string;
  readonly lines: readonly string[];
}

/** Gives the spans of a text, in the order in which they ended. */
export function printedSpans(text: string): PrintedSpan[] {
  return blocksOf(text, "SPAN").map(({ head, lines }) => {
    const parts = /^(.+) \[(\w+)\/(\w+)\] (\w+) [\d.]+\S+$/.exec(head);
    if (parts === null) throw new Error(`Cannot read span ${JSON.stringify(head)}`);
    const [, name, traceId, spanId, kind] = parts;
    const fields = new Map(lines.map((line) => {
      const at = line.indexOf(": ");
      return [line.slice(0, at), line.slice(at + 2)];
    }));
    const [parent, status, scope] = ["parent", "status", "scope"].map((field) => {
      const value = fields.get(field);
      fields.delete(field);
      return value;
    });
    const attributes = Object.fromEntries(fields);
    return { name, kind, traceId, spanId, parent, status, scope, attributes };
  });
}

/** Gives the metrics of a text, the last of each name. */
export function printedMetrics(text: string): Map<string, PrintedMetric> {
  return new Map(
    blocksOf(text, "METRIC").map(({ head, lines }) => {
      const [name] = head.split(" ");
      return [name, { name, about: head.slice(name.length + 1), lines }];
    }),
  );
}

/** A block begins with a word and goes on as long as lines are indented. */
function blocksOf(text: string, word: string): { head: string; lines: string[] }[] {
  const blocks: { head: string; lines: string[]; word: string }[] = [];
  for (const line of text.split("\n")) {
    const begins = /^(SPAN|METRIC) (.+)$/.exec(line);
    if (begins !== null) blocks.push({ word: begins[1], head: begins[2], lines: [] });
    else if (line.startsWith("  ")) blocks.at(-1)?.lines.push(line.trim());
    else blocks.push({ word: "", head: "", lines: [] });
  }
  return blocks.filter((block) => block.word === word);
}
