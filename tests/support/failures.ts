/** Calls of every verb while all of them fail, and what is heard of it. */

import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { type Client, type MemcachedError, MultiError, type ServerEvent } from "@libmc/libmc";
import { within } from "./eventually.ts";
import { KEYS, type Verb } from "./verbs.ts";

/** Records the events of a client, by name. */
export function recordEvents(client: Client): Record<ServerEvent["type"], ServerEvent[]> {
  const events: Record<string, ServerEvent[]> = {};
  for (const name of ["connect", "disconnect", "failure", "dead", "alive"] as const) {
    const heard: ServerEvent[] = events[name] = [];
    client.addEventListener(name, (event) => heard.push(event));
  }
  return events;
}

/** Calls a verb that must fail, without strict: it gives what it gives for a miss, and the failure is heard. */
export async function assertSoftFailure(client: Client, verb: Verb): Promise<MemcachedError> {
  const { failure } = recordEvents(client);
  const result = await within(verb.name, verb.call(client, { strict: false }));
  assertEquals(result, verb.fallback, verb.name);
  assert(failure.length > 0, `${verb.name} fired no failure`);
  assert(client.lastError === failure.at(-1)?.error, `${verb.name} left no lastError`);
  for (const { server, error } of failure) {
    assert(client.counters().has(server ?? ""), `${verb.name} named ${server}`);
    assertEquals(error?.server, server, verb.name);
  }
  return client.lastError as MemcachedError;
}

/** Calls a verb that must fail, strictly: it rejects; a MultiError says what there is. Gives the first error. */
export async function assertStrictFailure(client: Client, verb: Verb): Promise<MemcachedError> {
  const { failure } = recordEvents(client);
  const error = await within(verb.name, rejectionOf(verb, client));
  assert(failure.length > 0, `${verb.name} fired no failure`);
  if (!verb.isMulti) {
    assertEquals(error.command, verb.command, verb.name);
    assert(failure.length === 1 && failure[0].error === error, `${verb.name} was not told once`);
    return error;
  }
  assertInstanceOf(error, MultiError, `${verb.name} rejected with ${error}`);
  assertEquals(error.partial, verb.fallback, verb.name);
  assertEquals(error.errors, failure.map((event) => event.error as MemcachedError), verb.name);
  assert(error.cause === error.errors[0], verb.name);
  return error.errors[0];
}

/** The keys of a list that a server has. */
export function keysOf(client: Client, server: string, keys: readonly string[] = KEYS): string[] {
  return keys.filter((key) => client.getHostByKey(key) === server);
}

async function rejectionOf(verb: Verb, client: Client): Promise<MemcachedError> {
  try {
    const result = await verb.call(client, { strict: true });
    throw new Error(`${verb.name} did not reject, it gave ${Deno.inspect(result)}`);
  } catch (error) {
    return error as MemcachedError;
  }
}
