/** Compares pictures with those that are kept in this folder, or, with `--update`, keeps them. */

import { assert } from "@std/assert";
import type { Browser, Page } from "./browser.ts";

const FOLDER = new URL("kept/", import.meta.url);
const IS_UPDATE = Deno.args.includes("--update");

/** How much of a picture may look otherwise: the edges of letters do, from one version of Chromium to the next. */
const TOLERANCE = 0.004;

/** Fails if a picture is not as it was. */
export async function sameAsKept(
  browser: Browser,
  name: string,
  picture: Uint8Array,
): Promise<void> {
  const file = new URL(`${name}.png`, FOLDER);
  if (IS_UPDATE) return await Deno.writeFile(file, picture);
  const page = await browser.blank();
  try {
    const differing = await differenceOf(page, await Deno.readFile(file), picture);
    if (differing <= TOLERANCE) return;
    const seen = await Deno.makeTempFile({ prefix: `${name}-`, suffix: ".png" });
    await Deno.writeFile(seen, picture);
    assert(
      false,
      `${name} looks otherwise: ${
        (100 * differing).toFixed(2)
      } % differs. It is in ${seen}; if it is right, run with --update`,
    );
  } finally {
    await page.close();
  }
}

/** The part of the pixels that differ visibly; 1 if the sizes do. Chromium reads the pictures. */
async function differenceOf(page: Page, one: Uint8Array, other: Uint8Array): Promise<number> {
  return await page.evaluate(`(async (urls) => {
    const [a, b] = await Promise.all(urls.map(async (url) => {
      const bitmap = await createImageBitmap(await (await fetch(url)).blob());
      const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d");
      context.drawImage(bitmap, 0, 0);
      return context.getImageData(0, 0, bitmap.width, bitmap.height);
    }));
    if (a.width !== b.width || a.height !== b.height) return 1;
    let count = 0;
    for (let i = 0; i < a.data.length; i += 4) {
      const far = (k) => Math.abs(a.data[i + k] - b.data[i + k]) > 40;
      if (far(0) || far(1) || far(2)) count++;
    }
    return count / (a.data.length / 4);
  })(${JSON.stringify([one, other].map(asUrl))})`);
}

function asUrl(picture: Uint8Array): string {
  return `data:image/png;base64,${picture.toBase64()}`;
}
