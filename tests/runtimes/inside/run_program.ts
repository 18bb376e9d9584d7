/** Runs a bundled program of the tests on the runtime that this is started with: its file is given, then its arguments. */

import "../../../mod.ts";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { provideDeno } from "./deno_globals.ts";

const [file, ...args] = process.argv.slice(2);
provideDeno(args);
await import(pathToFileURL(file).href);
