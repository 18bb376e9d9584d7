import { nameOf, type Work } from "./work.ts";

/** No time is worth anything if the answers differ: `digests` has what each participant read back. */
export function requireSameAnswers(work: Work, digests: ReadonlyMap<string, string>): void {
  const different = new Set(digests.values());
  if (different.size <= 1) return;
  const list = [...digests].map(([name, digest]) => `${name} ${digest.slice(0, 8)}`).join(", ");
  throw new Error(
    `Cannot measure ${nameOf(work)} as the answers differ: ${list}`,
  );
}
