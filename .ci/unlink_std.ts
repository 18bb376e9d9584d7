/**
 * Makes a checkout use the standard library as JSR serves it: removes the stand-in, what links to it, and the lock files,
 * which pin the stand-in. For the workflow that publishes; it changes the checkout it runs in.
 */
const root = new URL("..", import.meta.url);
for (const folder of [root, new URL("bench/", root)]) {
  const config = new URL("deno.json", folder);
  const { links: _, ...settings } = JSON.parse(await Deno.readTextFile(config));
  await Deno.writeTextFile(config, `${JSON.stringify(settings, null, 2)}\n`);
  await Deno.remove(new URL("deno.lock", folder));
}
await Deno.remove(new URL(".ci/std", root), { recursive: true });
