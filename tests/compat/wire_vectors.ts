/** The vectors of what goes over the wire, with types. */

import { decodeBase64 } from "@std/encoding";
import wireJson from "../vectors/wire.json" with { type: "json" };
import type { PythonValue } from "../codec/vectors.ts";

/** Bytes as the vectors write them: as text if they are UTF-8, else in base64. */
export type VectorBytes = { readonly s: string } | { readonly b64: string };

/** One call of libmc's. */
export interface PythonCall {
  readonly method: string;
  readonly args: readonly PythonValue[];
  readonly kwargs?: Readonly<Record<string, PythonValue>>;
}

/** Arguments of libmc's constructor, without the servers. */
export interface PythonClient {
  readonly do_split?: PythonValue;
  readonly noreply?: PythonValue;
  readonly prefix?: PythonValue;
  readonly encoding?: PythonValue;
}

/** One call, and what it did. */
export interface ScenarioStep extends PythonCall {
  readonly result: PythonValue & { readonly keys?: readonly string[] };
  readonly last_error: number;
  readonly wire: readonly {
    readonly server: number;
    readonly connection: number;
    readonly sent: VectorBytes;
  }[];
}

/** One client, and its calls in turn. */
export interface Scenario {
  readonly name: string;
  readonly client: PythonClient & { readonly servers: readonly string[] };
  readonly steps: readonly ScenarioStep[];
}

/** One part of a scripted reply. */
export type ReplyStep = VectorBytes | { readonly wait_ms: number } | { readonly close: true };

/** One call, what a scripted server answered to it, and what came of that. */
export interface ReplyCase extends PythonCall {
  readonly name: string;
  readonly client?: PythonClient;
  readonly config?: { readonly MC_POLL_TIMEOUT?: number; readonly MC_MAX_RETRIES?: number };
  /** The n-th list answers the n-th read. */
  readonly replies: readonly (readonly ReplyStep[])[];
  readonly result: PythonValue;
  readonly last_error: number;
  readonly last_strerror: string;
  readonly about_ms: number;
  /** By connection. */
  readonly sent: readonly VectorBytes[];
  readonly closed_by_client: readonly boolean[];
  readonly then_set: {
    readonly result: boolean;
    readonly last_error: number;
    readonly connections: number;
  };
}

export const SCENARIOS = wireJson.scenarios as unknown as readonly Scenario[];
export const REPLIES = wireJson.replies as unknown as readonly ReplyCase[];

/** The bytes of a vector. */
export function bytesOf(bytes: VectorBytes): Uint8Array {
  return "s" in bytes ? new TextEncoder().encode(bytes.s) : decodeBase64(bytes.b64);
}

/** Bytes as a text in which every byte can be seen: compared, and shown, instead of arrays of numbers. */
export function visible(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192) {
    text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  }
  return text;
}
