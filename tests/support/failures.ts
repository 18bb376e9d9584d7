/** Calls of every method while all of them fail, and what is heard of it. */

import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { type Client, type MemcachedError, MultiError, type ServerEvent } from "@libmc/libmc";
import { within } from "./eventually.ts";
import { KEYS, type Method } from "../client/methods.ts";

/** Records the events of a client, by name. */
export function recordEvents(client: Client): Record<ServerEvent["type"], ServerEvent[]> {
  const events: Record<string, ServerEvent[]> = {};
  for (const name of ["connect", "disconnect", "failure", "dead", "alive"] as const) {
    const heard: ServerEvent[] = events[name] = [];
    client.addEventListener(name, (event) => heard.push(event));
  }
  return events;
}

/** Calls a method that must fail, without strict: it gives what it gives for a miss, and the failure is heard. */
export async function assertSoftFailure(client: Client, method: Method): Promise<MemcachedError> {
  const { failure } = recordEvents(client);
  const result = await within(method.name, method.call(client, { strict: false }));
  assertEquals(result, method.whenFailed, method.name);
  assert(failure.length > 0, `${method.name} fired no failure`);
  assert(client.lastError === failure.at(-1)?.error, `${method.name} left no lastError`);
  for (const { server, error } of failure) {
    assert(client.counters().has(server ?? ""), `${method.name} named ${server}`);
    assertEquals(error?.server, server, method.name);
  }
  return client.lastError as MemcachedError;
}

/** Calls a method that must fail, strictly: it rejects; a MultiError says what there is. Gives the first error. */
export async function assertStrictFailure(client: Client, method: Method): Promise<MemcachedError> {
  const { failure } = recordEvents(client);
  const error = await within(method.name, rejectionOf(method, client));
  assert(failure.length > 0, `${method.name} fired no failure`);
  if (!method.isMulti) {
    assertEquals(error.command, method.command, method.name);
    assert(failure.length === 1 && failure[0].error === error, `${method.name} was not told once`);
    return error;
  }
  assertInstanceOf(error, MultiError, `${method.name} rejected with ${error}`);
  assertEquals(error.partial, method.whenFailed, method.name);
  assertEquals(error.errors, failure.map((event) => event.error as MemcachedError), method.name);
  assert(error.cause === error.errors[0], method.name);
  return error.errors[0];
}

/** The keys of a list that a server has. */
export function keysOf(client: Client, server: string, keys: readonly string[] = KEYS): string[] {
  return keys.filter((key) => client.getHostByKey(key) === server);
}

async function rejectionOf(method: Method, client: Client): Promise<MemcachedError> {
  try {
    const result = await method.call(client, { strict: true });
    throw new Error(`${method.name} did not reject, it gave ${Deno.inspect(result)}`);
  } catch (error) {
    return error as MemcachedError;
  }
}
