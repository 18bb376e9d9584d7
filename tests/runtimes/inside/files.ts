/** The calls of Deno for files that tests make, on `node:fs`. */

import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { translated, translating } from "./errors.ts";

type Path = string | URL;

interface TempOptions {
  readonly prefix?: string;
  readonly suffix?: string;
}

interface RemoveOptions {
  readonly recursive?: boolean;
}

export const files = {
  makeTempDir: (options?: TempOptions) => translating(fs.promises.mkdtemp(tempPrefix(options))),

  makeTempFile: (options?: TempOptions) => Promise.resolve(makeTempFile(options)),

  makeTempFileSync: makeTempFile,

  remove: (path: Path, options?: RemoveOptions) => translating(remove(pathOf(path), options)),

  removeSync(path: Path, { recursive = false }: RemoveOptions = {}): void {
    attempt(() => {
      if (recursive) return fs.rmSync(pathOf(path), { recursive });
      if (fs.lstatSync(pathOf(path)).isDirectory()) fs.rmdirSync(pathOf(path));
      else fs.unlinkSync(pathOf(path));
    });
  },

  readTextFile: (path: Path) => translating(fs.promises.readFile(pathOf(path), "utf8")),

  readTextFileSync: (path: Path) => attempt(() => fs.readFileSync(pathOf(path), "utf8")),

  writeTextFile: (path: Path, text: string) =>
    translating(fs.promises.writeFile(pathOf(path), text)),

  mkdir: (path: Path, options?: RemoveOptions) =>
    translating(fs.promises.mkdir(pathOf(path), options)),

  stat: async (path: Path) => statOf(await translating(fs.promises.stat(pathOf(path)))),

  statSync: (path: Path) => statOf(attempt(() => fs.statSync(pathOf(path)))),
};

async function remove(path: string, { recursive = false }: RemoveOptions = {}): Promise<void> {
  if (recursive) return await fs.promises.rm(path, { recursive });
  const isFolder = (await fs.promises.lstat(path)).isDirectory();
  await (isFolder ? fs.promises.rmdir(path) : fs.promises.unlink(path));
}

function makeTempFile(options?: TempOptions): string {
  const path = `${tempPrefix(options)}${crypto.randomUUID()}${options?.suffix ?? ""}`;
  fs.writeFileSync(path, "");
  return path;
}

function tempPrefix({ prefix = "" }: TempOptions = {}): string {
  return join(tmpdir(), prefix);
}

function pathOf(path: Path): string {
  return typeof path === "string" ? path : fileURLToPath(path);
}

function statOf(stats: fs.Stats) {
  return { isFile: stats.isFile(), isDirectory: stats.isDirectory(), size: stats.size };
}

function attempt<T>(act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw translated(error);
  }
}
