import { assert, assertEquals } from "@std/assert";
import { startMemcached } from "../../support/memcached.ts";
import { Example } from "./example.ts";

Deno.test("examples: two processes of the Hono API share sessions and a limit", async () => {
  await using server = await startMemcached();
  const env = { MEMCACHED: server.address };
  await using one = await Example.start("hono_api", { env });
  await using two = await Example.start("hono_api", { env });
  const urls = [await one.url(), await two.url()];
  let cookie = "";
  let asked = 0;
  const ask = async (method: string, path: string): Promise<[number, unknown]> => {
    const response = await fetch(urls[asked++ % 2] + path, { method, headers: { cookie } });
    // Of several for one name the last one counts.
    cookie = response.headers.getSetCookie().at(-1)?.split(";")[0] ?? cookie;
    return [response.status, await response.json()];
  };

  assertEquals(await ask("GET", "/my/settings"), [401, { error: "Log in first" }]);
  const stranger = cookie;
  assertEquals(await ask("POST", "/my/login/ada"), [200, { user: "ada" }]);
  assert(cookie !== stranger, "the session has a new id");
  const settings = { theme: "dark", language: "en", currency: "EUR" };
  const puts = Object.entries(settings).map(([name, value]) =>
    ask("PUT", `/my/settings/${name}/${value}`)
  );
  assertEquals(await Promise.all(puts), Array(3).fill([200, {}]));
  assertEquals(await ask("GET", "/my/settings"), [200, { user: "ada", ...settings }]);
  assertEquals(await ask("PUT", "/my/settings/user/eve"), [404, { error: "No such setting" }]);
  const loggedIn = cookie;
  assertEquals(await ask("POST", "/my/logout"), [200, {}]);
  cookie = loggedIn;
  assertEquals(await ask("GET", "/my/settings"), [401, { error: "Log in first" }]);

  const statuses = await Promise.all(Array.from({ length: 120 }, async (_, i) => {
    const response = await fetch(urls[i % 2]);
    await response.text();
    return response.status;
  }));
  const passed = statuses.filter((status) => status === 200).length;
  assertEquals(asked + passed, 100);
  assertEquals(statuses.filter((status) => status === 429).length, 120 - passed);

  const last = cookie;
  await server.stop();
  const welcome = await fetch(urls[0]);
  assertEquals([welcome.status, await welcome.text()], [200, "Welcome"]);
  assertEquals(await ask("GET", "/my/settings"), [503, { error: "Try again soon" }]);
  assertEquals(cookie, last);
});
