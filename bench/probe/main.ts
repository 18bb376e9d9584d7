/** Runs all probes one after the other, each in a process of its own: `deno task bench:probe`. */
const folder = new URL("./", import.meta.url);
const names = [...Deno.readDirSync(folder)].map(({ name }) => name)
  .filter((name) => name.endsWith("_probe.ts")).sort();
let failed = 0;
for (const name of names) {
  console.log(`\n${name}`);
  const { success } = await new Deno.Command("deno", {
    args: [
      "run",
      "-q",
      "-P=bench",
      "--unsafe-proto",
      `bench/probe/${name}`,
      ...Deno.args,
    ],
    cwd: new URL("../../", folder),
  }).spawn().status;
  if (!success) failed++;
}
if (failed > 0) {
  console.log(`\n${failed} probes could not run`);
  Deno.exit(1);
}
