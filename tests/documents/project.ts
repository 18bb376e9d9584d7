/** A folder of a user's own, which knows the package by its path only, as an example of the documentation is tried. */

const ROOT = new URL("../../", import.meta.url);

/** A project with one program. It is gone when it is disposed of. */
export class Project implements AsyncDisposable {
  readonly folder: string;

  /** Makes a project with files, by their names. */
  static async create(files: Readonly<Record<string, string>>): Promise<Project> {
    const folder = await Deno.makeTempDir({ prefix: "libmc-project-" });
    const links = [ROOT.pathname, `${ROOT.pathname}.ci/std`];
    const imports = { "@libmc/libmc": "jsr:@libmc/libmc@^0.1.0" };
    const all = { ...files, "deno.json": JSON.stringify({ links, imports }) };
    for (const [name, text] of Object.entries(all)) {
      await Deno.writeTextFile(`${folder}/${name}`, text);
    }
    return new Project(folder);
  }

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** Starts Deno in it. */
  deno(args: string[], env: Readonly<Record<string, string>> = {}): Deno.ChildProcess {
    return new Deno.Command("deno", {
      args,
      cwd: this.folder,
      env: { NO_COLOR: "1", ...env },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.folder, { recursive: true });
  }
}
