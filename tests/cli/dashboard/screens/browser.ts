/** A real Chromium, and pages in it that must not do what a dashboard's page must not. */

import { assertEquals } from "@std/assert";
import { type Browser as Chromium, chromium, type Page } from "npm:playwright-core@1.65.1";

export type { Page };

/** How a page is looked at. */
export interface Look {
  readonly width?: number;
  readonly height?: number;
  readonly scheme?: "light" | "dark";
  /** What the page may write to the console as errors. */
  readonly allowed?: RegExp;
}

/** The browser. */
export class Browser implements AsyncDisposable {
  readonly #chromium: Chromium;
  readonly #fonts: string;

  private constructor(chromium: Chromium, fonts: string) {
    this.#chromium = chromium;
    this.#fonts = fonts;
  }

  /** Starts it with one family of fonts, so that texts are as wide everywhere. */
  static async start(): Promise<Browser> {
    await Deno.stat(FONTS);
    const fonts = await Deno.makeTempDir({ prefix: "libmc-fonts-" });
    await Deno.writeTextFile(`${fonts}/fonts.conf`, fontSettings(fonts));
    const started = await chromium.launch({
      executablePath: "/usr/bin/chromium",
      env: {
        PATH: Deno.env.get("PATH") ?? "",
        HOME: fonts,
        FONTCONFIG_FILE: `${fonts}/fonts.conf`,
      },
      args: [
        // As root it has no sandbox, and shows nothing but what we have written.
        ...(Deno.uid() === 0 ? ["--no-sandbox"] : []),
        ...["--disable-gpu", "--disable-lcd-text", "--font-render-hinting=none"],
        "--force-color-profile=srgb",
      ],
    });
    return new Browser(started, fonts);
  }

  /** Opens an address, lets a function look at it, and sees to it that the page kept to its rules. */
  async open(url: string, look: Look, check: (page: Page) => Promise<void>): Promise<void> {
    const { width = 1280, height = 900, scheme = "light", allowed } = look;
    const context = await this.#chromium.newContext({
      viewport: { width, height },
      colorScheme: scheme,
      reducedMotion: "reduce",
      timezoneId: "UTC",
      locale: "en-GB",
    });
    try {
      const page = await context.newPage();
      const wrong: string[] = [];
      page.on("pageerror", ({ message }) => wrong.push(`error: ${message}`));
      page.on("console", (message) => {
        if (message.type() === "error" || message.type() === "warning") {
          if (allowed?.test(message.text()) !== true) wrong.push(`console: ${message.text()}`);
        }
      });
      page.on("request", (request) => {
        const asked = request.url();
        if (!asked.startsWith(`${new URL(url).origin}/`) && !asked.startsWith("data:")) {
          wrong.push(`request: ${asked}`);
        }
      });
      await page.addInitScript(`addEventListener("securitypolicyviolation", (event) => {
        console.error("Policy violated: " + event.violatedDirective + " " + event.blockedURI);
      })`);
      page.setDefaultTimeout(10_000);
      await page.goto(url);
      await check(page);
      assertEquals(wrong, []);
    } finally {
      await context.close();
    }
  }

  /** Gives a page of its own, without rules. */
  async blank(): Promise<Page> {
    return await this.#chromium.newPage();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#chromium.close();
    await Deno.remove(this.#fonts, { recursive: true });
  }
}

/** The settings of fontconfig: texts are written in DejaVu, whatever else there is. */
function fontSettings(folder: string): string {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${FONTS}</dir>
  <match target="pattern">
    <test qual="all" name="family" compare="not_contains"><string>Mono</string></test>
    <edit name="family" mode="assign" binding="strong"><string>DejaVu Sans</string></edit>
  </match>
  <cachedir>${folder}/cache</cachedir>
</fontconfig>
`;
}

/** Where Debian's package fonts-dejavu-core has them. */
const FONTS = "/usr/share/fonts/truetype/dejavu";
