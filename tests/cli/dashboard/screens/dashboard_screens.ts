/** The dashboard in a real browser: what it shows in each state, on which sizes, and what it must never do. */

import { assert, assertEquals } from "@std/assert";
import { Client } from "@libmc/libmc";
import { serveDashboard } from "../../../../src/cli/dashboard/serve_dashboard.ts";
import { startMemcached } from "../../../support/memcached.ts";
import { Served, serverStrings, TOKEN } from "../served.ts";
import { Browser, type Page } from "./browser.ts";
import { sameAsKept } from "./pictures.ts";

Deno.test("dashboard in Chromium", async (t) => {
  await using browser = await Browser.start();

  await t.step("ten minutes of three servers, in both schemes", async () => {
    await using served = await Served.start(serverStrings(3));
    await served.pass(600);
    for (const scheme of ["light", "dark"] as const) {
      await browser.open(served.dashboard.url, { scheme }, async (page) => {
        await drawn(page, 3);
        await page.keyboard.press("2");
        await same(browser, page, `ten_minutes_${scheme}`);
      });
    }
  });

  await t.step("one server of three is dead", async () => {
    const dead = ["cache2.example"];
    await using served = await Served.start(serverStrings(3), { dead });
    await served.pass(60);
    await browser.open(served.dashboard.url, { height: 560 }, async (page) => {
      await page.getByText("1 server does not answer").waitFor();
      await page.getByText("2 of 3 servers up").waitFor();
      assert(await page.getByText("Is memcached running").isVisible());
      await same(browser, page, "one_dead", false);
    });
  });

  await t.step(
    "no server answers: the page says what to check, and goes on by itself",
    async () => {
      const dead = ["cache1.example"];
      await using served = await Served.start(serverStrings(1), { dead });
      await served.pass(2);
      await browser.open(served.dashboard.url, { height: 560 }, async (page) => {
        await page.getByText("The server does not answer").waitFor();
        assert(await page.getByText("memcached -p 11211").isVisible());
        await same(browser, page, "no_server", false);
        served.servers.dead.clear();
        await served.pass(2);
        await drawn(page, 1);
        assertEquals(await page.locator(".notice").count(), 0);
      });
    },
  );

  await t.step("a hundred servers", async () => {
    await using served = await Served.start(serverStrings(100), { dead: ["cache042.example"] });
    await served.pass(120);
    await browser.open(served.dashboard.url, {}, async (page) => {
      await page.getByText("99 of 100 servers up").waitFor();
      await same(browser, page, "hundred_servers");
      await page.emulateMedia({ media: "print", colorScheme: "dark" });
      const printed = await page.evaluate(`[
        [...document.querySelectorAll(".scroll")].every((part) => part.scrollHeight === part.clientHeight),
        getComputedStyle(document.body).backgroundColor,
        document.querySelectorAll("form").length,
      ]`);
      assertEquals(
        printed,
        [true, "rgb(244, 246, 248)", 2],
        "all rows are printed, on white paper",
      );
      assertEquals(await page.locator("form:visible").count(), 0);
      await page.emulateMedia({ media: "screen", colorScheme: "light" });
      await page.getByLabel("Find a server").fill("cache017");
      assertEquals(await page.locator("tr[data-server]:visible").count(), 1);
    });
  });

  for (const [width, height] of [[320, 700], [3840, 2160]]) {
    await t.step(`nothing stands out at the side, ${width} pixels wide`, async () => {
      const list = [...serverStrings(3), `127.0.0.1:1 ${"long-name.".repeat(12)}example`];
      await using served = await Served.start(list, { dead: ["cache2.example"] });
      await served.pass(30);
      await browser.open(served.dashboard.url, { width, height }, async (page) => {
        await page.getByText("3 of 4 servers up").waitFor();
        assertEquals(await page.evaluate("document.documentElement.scrollWidth"), width);
        if (width === 320) await same(browser, page, "narrow");
      });
    });
  }

  await t.step("the figures are those of stats", async () => {
    await using memcached = await startMemcached();
    const client = new Client(`${memcached.address} one`, { strict: true });
    const dashboard = await serveDashboard({
      client,
      open: (server, options) => new Client(server, options),
    });
    try {
      await client.setMulti(
        Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`k${i}`, "x"])),
      );
      await client.getMulti(["k1", "k2", "k3", "absent"]);
      await browser.open(dashboard.url, {}, async (page) => {
        await page.locator('[data-stat="curr_items"][data-exact="50"]').waitFor();
        const stats = (await client.stats()).get("one") ?? {};
        const names = [
          "curr_items",
          "bytes",
          "cmd_get",
          "get_hits",
          "get_misses",
          "cmd_set",
          "evictions",
        ];
        for (const name of names) {
          const shown = page.locator(`[data-stat="${name}"]`);
          assertEquals(await shown.getAttribute("data-exact"), String(stats[name]), name);
          if (name !== "bytes") assertEquals(await shown.textContent(), String(stats[name]), name);
        }
        const row = page.locator('tr[data-server="one"]');
        assertEquals(await row.locator('[data-title="Items"]').textContent(), "50");
        assertEquals(await row.locator('[data-title="Version"]').textContent(), stats.version);
      });
    } finally {
      await dashboard.close();
      await client.close();
    }
  });

  await t.step(
    "keys and values that are HTML stay text, and are deleted with --write only",
    async () => {
      await using memcached = await startMemcached();
      const client = new Client(`${memcached.address} one`, { strict: true });
      const evil = "<img/src=x/onerror=alert(1)>";
      await client.set(evil, { html: "<script>alert(2)</script>" });
      for (const write of [false, true]) {
        await using served = await Served.start([], { client, write });
        await browser.open(served.dashboard.url, {}, async (page) => {
          page.on("dialog", () => assert(false, "a script has run"));
          await drawn(page, 1);
          await page.keyboard.press("/");
          await page.keyboard.type(evil);
          await page.keyboard.press("Enter");
          await page.locator("#lookup .key").waitFor();
          assertEquals(await page.locator("#lookup .key").textContent(), evil);
          assert((await page.locator("#lookup pre").first().textContent())?.includes("<script>"));
          assertEquals(await page.locator("#page img, #page script").count(), 0);
          if (write) {
            await page.getByText("Delete this key").click();
            await page.getByText("Yes, delete it").click();
            await page.locator("#lookup .badge", { hasText: "a miss" }).waitFor();
          } else {
            assertEquals(await page.getByText("Delete this key").count(), 0);
            // This one goes by the clock of the server.
            await page.evaluate(`for (const name of document.querySelectorAll("#lookup dt")) {
            if (name.textContent === "Last used") name.nextSibling.textContent = "1 s ago";
          }`);
            await sameAsKept(browser, "key", await page.locator("#lookup").screenshot());
          }
        });
      }
      await client.close();
    },
  );

  await t.step("hot keys, by how they begin", async () => {
    await using memcached = await startMemcached();
    await using client = new Client(`${memcached.address} one`, { strict: true });
    await client.setMulti({ "user:1": 1, "user:2": 2, "page:home": 3 });
    await using served = await Served.start([], { client });
    await served.pass(1);
    await browser.open(served.dashboard.url, {}, async (page) => {
      await drawn(page, 1);
      await page.keyboard.press("h");
      await page.getByText("Watching…").waitFor();
      await watched(client);
      await using own = client.admin.watch("fetchers");
      await own.ready();
      for (let i = 0; i < 12; i++) {
        await client.get("user:1");
        if (i % 2 === 0) await client.getMulti(["user:2", "page:home"]);
        if (i % 4 === 0) await client.get("<b>:absent");
      }
      // The server writes to those who have watched for longer first: what we have seen is on its way to the dashboard.
      for (let seen = 0; seen < 27; seen++) await own.next();
      await new Promise((resolve) => setTimeout(resolve, 50));
      served.clock.advance(2000);
      await page.locator("#groups .hot").first().waitFor();
      assertEquals(await page.locator("#groups .hot").first().locator(".name").allTextContents(), [
        ...["user:…", "page:…", "<b>:…"],
      ]);
      await sameAsKept(browser, "hot_keys", await page.locator("#groups").screenshot());
    });
  });

  await t.step("by keyboard alone", async () => {
    await using served = await Served.start(serverStrings(3));
    await served.pass(5);
    await browser.open(served.dashboard.url, {}, async (page) => {
      await drawn(page, 3);
      const reached: string[] = [];
      for (let i = 0; i < 24; i++) {
        await page.keyboard.press("Tab");
        const [name, outline] = await page.evaluate<[string, string]>(`[
          document.activeElement.getAttribute("aria-label") ?? document.activeElement.textContent,
          getComputedStyle(document.activeElement).outlineStyle,
        ]`);
        reached.push(name);
        assertEquals(outline === "none", false, `${name} does not show that it has the focus`);
      }
      for (const name of ["Server that is shown", "10 min", "As a table", "cache2.example"]) {
        assert(reached.includes(name), `${name} is not among ${reached}`);
      }
      await page.keyboard.press("n");
      await page.locator("tr.chosen", { hasText: "cache1.example" }).waitFor();
      await page.getByText("cache1.example, since it was started").waitFor();
      await page.keyboard.press("a");
      await page.getByText("Since the servers were started").waitFor();
      await page.keyboard.press("?");
      await page.getByRole("dialog").waitFor();
      await page.keyboard.press("Escape");
      await page.getByRole("dialog").waitFor({ state: "hidden" });
      const label = await page.locator("#hit-rate .plot").getAttribute("aria-label");
      assert(label?.startsWith("Hit rate, last 2 min. Hits: 9"), label ?? "");
      await page.locator("#hit-rate summary").press("Enter");
      await page.locator("#hit-rate tbody tr").nth(3).waitFor();
    });
  });

  await t.step(
    "the token leaves the address, a reload finds it again, a wrong one opens nothing",
    async () => {
      await using served = await Served.start(serverStrings(1));
      // A page that is refused is an error for the console, and is meant to be.
      const allowed = /403/;
      await browser.open(served.dashboard.url, { allowed }, async (page) => {
        await drawn(page, 1);
        assertEquals(page.url(), `${served.origin}/`);
        await page.reload();
        await drawn(page, 1);
        assertEquals(page.url(), `${served.origin}/`);
      });
      const wrong = served.dashboard.url.replace(TOKEN, "another");
      await browser.open(wrong, { allowed }, async (page) => {
        await page.getByText("This dashboard is locked").waitFor();
      });
    },
  );

  await t.step("a dashboard that stops says so on its page", async () => {
    const served = await Served.start(serverStrings(1));
    await browser.open(served.dashboard.url, { allowed: /ERR_/ }, async (page) => {
      await drawn(page, 1);
      await served[Symbol.asyncDispose]();
      await page.getByText("The dashboard has stopped").waitFor();
    });
  });
});

/** Waits until a page shows so many servers, all of them up. */
async function drawn(page: Page, servers: number): Promise<void> {
  await page.getByText(servers === 1 ? "1 server up" : `${servers} servers up`).waitFor();
  await page.locator(".uplot").first().waitFor();
}

/** Compares the page, all of it or what is seen at first, when the last of its parts is there. */
async function same(browser: Browser, page: Page, name: string, isWhole = true): Promise<void> {
  await page.locator("#slabs > p.quiet:not(:empty)").waitFor();
  await page.locator("#ring .share").first().waitFor();
  await sameAsKept(browser, name, await page.screenshot({ fullPage: isWhole }));
}

/** Waits until somebody watches the server. */
async function watched(client: Client): Promise<void> {
  while (Number((await client.stats()).get("one")?.log_watchers) === 0);
}
