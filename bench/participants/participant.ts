/**
 * What the benches ask of a client. One file of this folder a client, each using the client as its
 * own documentation would: its own bulk read where it has one, concurrent calls where it has not.
 *
 * Values are text of ASCII letters, so that every client, whatever types it knows, is asked for the
 * same work: text in, text out, one connection to each server.
 */
export interface Participant {
  /** As it is printed in tables. */
  readonly name: string;
  /** Version of the package; the raw socket gives that of Deno. */
  readonly version: string;
  /** Whether keys are spread over the servers given, each key having its one server. */
  readonly manyServers: boolean;
  /** Connects to servers given as `host:port`. */
  connect(servers: readonly string[]): Promise<Session>;
}

/** A connected client. `Answer` is whatever its bulk read gives. */
export interface Session<Answer = unknown> {
  get(key: string): Promise<string | undefined>;
  set(key: string, value: string): Promise<unknown>;
  getMulti(keys: string[]): Promise<Answer>;
  setMulti(items: [string, string][]): Promise<unknown>;
  /** Takes a bulk read's answer apart, in the order of `keys`. Only checks call it, never a timed loop. */
  values(answer: Answer, keys: readonly string[]): (string | undefined)[];
  close(): Promise<void>;
}
